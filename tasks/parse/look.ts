/** What the look at the other side printed, between its marks. */
export interface Looked {
  values: ReadonlyMap<string, string>;
  items: ReadonlyMap<string, { kind: 'folder' | 'file' | 'dangling' | 'missing'; writable: boolean }>;
  /** Something else prints too: a login shell that is not silent. */
  noisy: boolean;
}

/** @returns `undefined` where the marks are missing: it did not run to its end */
export function parseLook(text: string): Looked | undefined {
  const begin = text.indexOf('just-lora-begin\n');
  const end = text.lastIndexOf('just-lora-end');
  if (begin < 0 || end < begin) return undefined;
  const values = new Map<string, string>();
  const items = new Map<string, { kind: 'folder' | 'file' | 'dangling' | 'missing'; writable: boolean }>();
  for (const line of text.slice(begin, end).split('\n')) {
    const item = /^item=(folder|file|dangling|missing) (yes|no) (.+)$/.exec(line);
    if (item) items.set(item[3] ?? '', { kind: item[1] as 'folder', writable: item[2] === 'yes' });
    else if (line.includes('=')) values.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1));
  }
  return { values, items, noisy: begin > 0 };
}
