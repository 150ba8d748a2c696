import * as fs from 'node:fs';

/** How the names of a walk are written: as text, or one character a byte where a file system holds names that are no UTF-8. */
type Encoding = 'utf8' | 'latin1';

/**
 * Names of all files and links under a folder, relative to it with `/` between, in no order. Links are not followed; nothing where there
 * is no folder.
 * @param skips tells of a name whether it, and what is below it, is left out
 * @param withFolders names folders too, each ahead of what is below it
 */
export function* walk(
  folder: string,
  encoding: Encoding,
  skips: (name: string) => boolean = () => false,
  withFolders = false,
): Generator<string> {
  yield* below('');

  function* below(above: string): Generator<string> {
    for (const entry of entriesOf(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(above, encoding)]), encoding)) {
      const name = above + entry.name;
      if (skips(name)) continue;
      const isFolder = entry.isDirectory();
      if (!isFolder || withFolders) yield name;
      if (isFolder) yield* below(`${name}/`);
    }
  }
}

function entriesOf(folder: Buffer, encoding: Encoding): fs.Dirent[] {
  try {
    // Node takes any encoding here; its types know one.
    return fs.readdirSync(folder, { withFileTypes: true, encoding: encoding as 'utf8' });
  } catch (error) {
    // The folder itself may be a link in a circle.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
