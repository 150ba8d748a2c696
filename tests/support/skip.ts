/** Says why a test cannot run here, where the runner and a person see it. */
export function skip(test: { skip(): void }, name: string, reason: string): void {
  test.skip();
  process.stdout.write(`skipped: ${name} — ${reason}\n`);
}
