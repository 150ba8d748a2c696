import * as fs from 'node:fs';
import { codeOf } from '../../common/errors';

/** How the names of a walk are written: as text, or one character a byte where a file system holds names that are no UTF-8. */
type Encoding = 'utf8' | 'latin1';

/** What a folder lists under a name; `special` is a device, a pipe or a socket. */
export interface Listed {
  /** Relative to the folder that is walked, with `/` between. */
  name: string;
  kind: 'file' | 'folder' | 'link' | 'special';
}

/**
 * All files and links under a folder, in no order. What each is comes with its name: no file is looked at for it. Links are not followed;
 * nothing where there is no folder.
 * @param skips tells of a name whether it, and what is below it, is left out
 * @param withFolders names folders too, each ahead of what is below it
 */
export function* walk(
  folder: string,
  encoding: Encoding,
  skips: (name: string) => boolean = () => false,
  withFolders = false,
): Generator<Listed> {
  yield* below('');

  function* below(above: string): Generator<Listed> {
    for (const entry of entriesOf(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(above, encoding)]), encoding)) {
      const name = above + entry.name;
      if (skips(name)) continue;
      const kind = kindOf(entry);
      if (kind !== 'folder' || withFolders) yield { name, kind };
      if (kind === 'folder') yield* below(`${name}/`);
    }
  }
}

function kindOf(entry: fs.Dirent): Listed['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'special';
}

function entriesOf(folder: Buffer, encoding: Encoding): fs.Dirent[] {
  try {
    // Node takes any encoding here; its types know one.
    return fs.readdirSync(folder, { withFileTypes: true, encoding: encoding as 'utf8' });
  } catch (error) {
    // The folder itself may be a link in a circle.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return [];
    throw error;
  }
}
