import { authorOf } from '../common/authored-text';
import type { Context } from './context';

/** What stands where a file of ours should go. */
export interface Taken {
  /** `was changed since it was written`, `is a folder` */
  what: string;
  is: 'edited' | 'foreign' | 'folder' | 'link';
}

/**
 * Anything but a file of ours that nobody changed is a person's.
 * @param text what would be written: a file that says the same is in nobody's way
 * @param task who writes it, as `export`
 */
export function takenBy({ host }: Pick<Context, 'host'>, file: string, text: string, task: string): Taken | undefined {
  if (!host.files.lstat(file)) return undefined;
  const entry = host.files.stat(file);
  if (!entry) return { is: 'link', what: 'is a link that leads nowhere' };
  if (entry.isDirectory()) return { is: 'folder', what: 'is a folder' };
  if (!entry.isFile()) return { is: 'foreign', what: 'is no file' };
  const there = host.files.readText(file) ?? '';
  const author = authorOf(there);
  if (author === 'ours' || there === text) return undefined;
  if (author === 'edited') return { is: author, what: 'was changed since it was written' };
  return { is: author, what: `is a file that \`${task}\` did not write` };
}
