import { normalizeName } from '../common/package-name';

/**
 * Which pins bring a package, by the comments `# via` that uv writes into a lock: the pin of the package itself, else those at the
 * top of what needs it.
 * @param text the lock
 * @param pinned names that the requirements pin
 */
export function pinsThatBring(text: string, name: string, pinned: ReadonlySet<string>): string[] {
  const neededBy = parseVia(text);
  const found = new Set<string>();
  const seen = new Set<string>();
  const queue = [name];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (pinned.has(next)) found.add(next);
    queue.push(...(neededBy.get(next) ?? []));
  }
  return [...found].sort();
}

/** Who needs each package, by name: `# via` on one line, or a list below it. Files and options are left out. */
function parseVia(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let name = '';
  let isVia = false;
  for (const line of text.split(/\r?\n/)) {
    const begun = /^([A-Za-z0-9][\w.-]*)==/.exec(line)?.[1];
    if (begun) {
      name = normalizeName(begun);
      isVia = false;
      continue;
    }
    const via = /^\s+# via(?:\s+(\S+))?\s*$/.exec(line);
    if (via) isVia = true;
    const by = via ? via[1] : isVia ? /^\s+#\s{3,}(\S+)/.exec(line)?.[1] : undefined;
    if (by && name && /^[A-Za-z0-9][\w.-]*$/.test(by)) found.set(name, [...(found.get(name) ?? []), normalizeName(by)]);
  }
  return found;
}
