/**
 * pip's configuration file: `key = value` in sections, a value may go on in indented lines. What `[install]` says
 * goes before `[global]`.
 */
export function parsePipConfig(text: string): Readonly<Record<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    const heading = /^\[([^\]]+)\]/.exec(line)?.[1];
    const pair = /^([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (heading) {
      section = sections.get(heading) ?? new Map();
      sections.set(heading, section);
      last = undefined;
    } else if (pair?.[1]) {
      last = pair[1].toLowerCase().replace(/_/g, '-');
      section.set(last, pair[2] ?? '');
    } else if (last && /^\s+\S/.test(line)) section.set(last, `${section.get(last)} ${line.trim()}`.trim());
  }
  return Object.fromEntries([...(sections.get('global') ?? []), ...(sections.get('install') ?? [])]);
}
