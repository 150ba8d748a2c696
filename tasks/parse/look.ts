import { textName } from './shown-name';

/** What stands at a name. A `dangling` link leads nowhere. */
export type Presence = 'folder' | 'file' | 'dangling' | 'missing';

/** What the look at the other side printed, between its marks. */
export interface Looked {
  values: ReadonlyMap<string, string>;
  items: ReadonlyMap<string, { presence: Presence; writable: boolean }>;
  /** Something else prints too: a login shell that is not silent. */
  noisy: boolean;
}

/**
 * @param text one character a byte
 * @returns with UTF-8 names and values; `undefined` where the marks are missing: it did not run to its end
 */
export function parseLook(text: string): Looked | undefined {
  const begin = text.indexOf('just-lora-begin\n');
  const end = text.lastIndexOf('just-lora-end');
  if (begin < 0 || end < begin) return undefined;
  const values = new Map<string, string>();
  const items = new Map<string, { presence: Presence; writable: boolean }>();
  for (const line of textName(text.slice(begin, end)).split('\n')) {
    const item = /^item=(folder|file|dangling|missing) (yes|no) (.+)$/.exec(line);
    if (item) items.set(item[3] ?? '', { presence: item[1] as Presence, writable: item[2] === 'yes' });
    else if (line.includes('=')) values.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1));
  }
  return { values, items, noisy: begin > 0 };
}
