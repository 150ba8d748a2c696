import { normalizeName } from '../../../common/package-name';
/** One package of a lock in the format of pip's requirements files with hashes. */
export interface Locked {
  /** Normalized, PEP 503. */
  name: string;
  version: string;
  /** PEP 508 environment marker, absent where the package is for every machine. */
  marker?: string;
}

/**
 * Reads a lock.
 * @throws Error naming the line that is no `name==version [; marker] --hash=sha256:…`
 */
export function parseLock(text: string): Locked[] {
  const packages: Locked[] = [];
  const lines = text.replace(/\\\r?\n\s*/g, ' ').split(/\r?\n/);
  for (const line of lines) {
    const content = line.replace(/(^|\s)#.*$/, '').trim();
    if (!content) continue;
    const match = /^([A-Za-z0-9][\w.-]*)==([^\s;]+)\s*(?:;\s*(.*?))?\s*((?:--hash=sha256:[0-9a-f]{64}\s*)+)$/.exec(content);
    if (!match) throw new Error(`\`${content.slice(0, 60)}\` is not a package with a version and SHA-256 hashes`);
    const [, name = '', version = '', marker] = match;
    packages.push({ name: normalizeName(name), version, ...(marker ? { marker } : {}) });
  }
  if (packages.length === 0) throw new Error('it names no package');
  return packages;
}

/** The lines of a requirements file that mean something, for comparing: no comments, no blanks, sorted. */
export function meaningOf(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter(Boolean)
    .sort()
    .join('\n');
}

/** `#  name: value` in the comments at the head of a lock. */
export function headerOf(text: string, name: string): string | undefined {
  return new RegExp(`^# ${name}: (\\S+)$`, 'm').exec(text.slice(0, 2000))?.[1];
}
