import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import { checksumAnswer } from '../answers/answer';
import { parseHashLines } from '../answers/hash-lines';
import { sha256Here } from '../compare/files-here';
import { type OutsideLinks, placeOf } from '../compare/outside-links';
import { filesThere } from './files';
import type { PosixMachine } from './machine';
import { hashScript } from './scripts/file-scripts';

/** Which of these files of a folder, relative to the project, have the same contents on both sides, by SHA-256. @param links here whose content travels */
export async function sameContents(
  context: Context,
  machine: PosixMachine,
  base: string,
  names: readonly RelativeName[],
  links: OutsideLinks,
): Promise<ReadonlySet<string>> {
  const rest = names.map((name) => `${name}\0`).join('');
  const hashes = parseHashLines(await filesThere(machine).run(hashScript, [base], { rest, limits: checksumAnswer }));
  const same = new Set<string>();
  for (const name of names) {
    const place = placeOf(links, path.join(context.root, base), name);
    if (hashes.get(name) === (await sha256Here(context, place.folder, place.name))) same.add(name);
  }
  return same;
}
