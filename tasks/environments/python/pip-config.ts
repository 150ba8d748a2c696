/**
 * pip's configuration file: `key = value` in sections, a value may go on in indented lines. What `[install]` says
 * goes before `[global]`.
 */
export function parsePipConfig(text: string): Readonly<Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let section: Record<string, string> = {};
  let last: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    const heading = /^\[([^\]]+)\]/.exec(line)?.[1];
    const pair = /^([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (heading) {
      section = sections[heading] ?? {};
      sections[heading] = section;
      last = undefined;
    } else if (pair?.[1]) {
      last = pair[1].toLowerCase().replace(/_/g, '-');
      section[last] = pair[2] ?? '';
    } else if (last && /^\s+\S/.test(line)) section[last] = `${section[last]} ${line.trim()}`.trim();
  }
  return { ...sections['global'], ...sections['install'] };
}
