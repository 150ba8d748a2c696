/** `pyvenv.cfg`: `key = value` lines (PEP 405). Keys in lower case; an empty file has none. */
export function parsePyvenv(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const match = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line);
      return match?.[1] ? [[match[1].toLowerCase(), match[2] ?? '']] : [];
    }),
  );
}

/** The version that an environment was made with: `version` in Python's own venv, `version_info` in uv's and virtualenv's. */
export function pyvenvVersion(values: Readonly<Record<string, string>>): string | undefined {
  return /^\d+\.\d+\.\d+\w*/.exec(values['version'] ?? values['version_info'] ?? '')?.[0];
}
