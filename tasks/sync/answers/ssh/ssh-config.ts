/** What `ssh -G` prints: options in lower case, each with its values in order. */
export function parseSshConfig(text: string): ReadonlyMap<string, string[]> {
  const options = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const split = line.indexOf(' ');
    if (split < 1) continue;
    const name = line.slice(0, split).toLowerCase();
    options.set(name, [...(options.get(name) ?? []), line.slice(split + 1).trim()]);
  }
  return options;
}
