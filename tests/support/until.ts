/**
 * Waits until something holds. It is asked once each time: what held for a moment alone is not asked again.
 * @param wanted what it waits for, or what is there instead, for the error
 * @param seconds how long that may take
 * @returns what was seen
 * @throws Error where it never comes to that
 */
export async function until<T>(look: () => T, wanted: string | (() => string) = String(look), seconds = 60): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + seconds * 1000; ; ) {
    const seen = look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${typeof wanted === 'string' ? wanted : wanted()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
