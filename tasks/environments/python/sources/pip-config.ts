/** Sections of a configuration file of pip, and of each its keys as pip's long options have them. */
export type PipSections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * pip's configuration file: `key = value` in sections, a value may go on in indented lines. Keys are those of pip's
 * long options, with `_` as `-` (pip._internal.configuration).
 */
export function parsePipSections(text: string): PipSections {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    const heading = /^\[([^\]]+)\]/.exec(line)?.[1];
    const pair = /^([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (heading) {
      section = sections.get(heading) ?? new Map();
      sections.set(heading, section);
      last = undefined;
    } else if (pair?.[1]) {
      last = pair[1].toLowerCase().replace(/_/g, '-').replace(/^--/, '');
      section.set(last, pair[2] ?? '');
    } else if (last && /^\s+\S/.test(line)) section.set(last, `${section.get(last)} ${line.trim()}`.trim());
  }
  return sections;
}

/** What a file says for `pip install`: `[install]` goes before `[global]`. */
export function parsePipConfig(text: string): Readonly<Record<string, string>> {
  const sections = parsePipSections(text);
  return Object.fromEntries([...(sections.get('global') ?? []), ...(sections.get('install') ?? [])]);
}
