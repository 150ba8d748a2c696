import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import { moveAside } from '../../engine/aside';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Progress } from '../../engine/step';
import { isSha256 } from '../../untrusted/hashes';
import type { Manifest } from '../manifest/manifest';
import type { Model } from '../model/models';
import { wrongBlock } from '../store/block-hashes';
import { mostKept } from '../store/deliver';
import { hashLocalFiles } from '../store/hash-local-files';
import { replaced } from '../store/layout';
import type { LocalFile } from '../store/local';
import { readMetadata } from '../store/metadata';
import { isPersonsFile } from '../store/persons-file';
import { downloadAgain } from './download-again';

/** Whether what a person made may give way: it is moved, and kept, in a run that was asked for just that. */
export const mayReplace = (context: Context, { name }: Model): boolean =>
  context.option('repair') !== undefined || context.forced(`download:${name}`);

/** What the plan says where a file may be a person's: only its hash tells. */
export function personsNote(context: Context, model: Model, files: readonly LocalFile[]): string {
  const differ = files.filter(({ state }) => state === 'wrong' || state === 'unchecked');
  if (!differ.some(({ file }) => isPersonsFile(context, model.folder, file) && !isDamage(context, model.folder, file))) return '';
  return mayReplace(context, model)
    ? `; a file that gives way and was not downloaded is kept in ${keptAt(context, model)}`
    : '; stop before a whole file gives way that was not downloaded';
}

/**
 * Whether weights that were downloaded here and hold other bytes of the same length are a download that was damaged later, rather than
 * what was trained over it: a small file is kept aside when it gives way, so nothing is lost by that; a large one has to begin as the
 * right bytes do, which no training leaves as they were.
 * @param marks of the file as it is, where it was read
 */
function isDamage(context: Context, folder: string, file: LocalFile['file'], marks?: readonly string[]): boolean {
  if (!file.path.endsWith('.safetensors') || !readMetadata(context.host, folder, file.path)) return false;
  const size = context.host.shared.lstat(folder, file.path)?.size;
  if (size !== file.size) return false;
  return size <= mostKept || (marks !== undefined && (wrongBlock(context, folder, file, marks)?.[0] ?? 0) > 0);
}

/** Where files that gave way are kept, as a person reads it. */
const keptAt = ({ root }: Context, { folder }: Model): string => `\`${shown(root, path.join(folder, replaced))}\``;

/**
 * Stops before a file of a person's gives way to the commit's.
 * @param files those that hold other bytes than the commit's
 * @param marks of those that were read
 * @throws UserError E_MODEL_EDITED
 */
export async function refusePersonsFiles(
  context: Context,
  model: Model,
  { commit }: Manifest,
  files: readonly LocalFile[],
  progress: (progress: Progress) => void,
  marks: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<void> {
  if (mayReplace(context, model)) return;
  const { folder, repo } = model;
  const whole = files
    .map(({ file }) => file)
    .filter((file) => isPersonsFile(context, folder, file) && !isDamage(context, folder, file, marks.get(file.path)));
  // A copy of the folder has new times: what a record of another commit names was downloaded too.
  const recorded = whole.flatMap(({ path: name }) => {
    const known = readMetadata(context.host, folder, name);
    const place = path.join(folder, name);
    const size = context.host.files.stat(place)?.size ?? 0;
    return known ? [{ file: { path: name, size, [isSha256(known.etag) ? 'sha256' : 'sha1']: known.etag }, place }] : [];
  });
  const read = recorded.length > 0 ? await hashLocalFiles(context, recorded, 'checking what is there:', progress) : undefined;
  const own = whole
    .filter((file) => !read?.get(file.path)?.right)
    .map((file) => `\`${shown(context.root, path.join(folder, file.path))}\``);
  if (own.length === 0) return;
  throw new UserError({
    code: 'E_MODEL_EDITED',
    found: `${some(own)} ${own.length === 1 ? 'is' : 'are'} not what \`${repo}\` has at commit ${commit.slice(0, 12)}, and whole: nothing says that it was downloaded so`,
    needed: 'the files of the repository, or a folder without them: what a person made is not replaced unasked',
    fix: `\`${downloadAgain(context, model, 'repair')}\` puts those of the repository in their place, and keeps yours in ${keptAt(context, model)}\nor keep yours as a model of its own: \`${moveAside(context, folder)}\`, then run the same command again`,
  });
}
