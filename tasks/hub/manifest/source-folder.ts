import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Host } from '../../platform';
import { isCommitHash } from '../../untrusted/hashes';
import type { Model } from '../model/models';

/** How a cache of Hugging Face's libraries calls the folder of a repository. */
export const cacheName = (repo: string): string => `models--${repo.replaceAll('/', '--')}`;

/**
 * The snapshot of a repository in a cache: of the commit that is wanted, else of the branch, else the only one.
 * @param folder `…/models--owner--name`
 */
export function snapshotIn({ files }: Host, folder: string, revision: string, commit?: string): string | undefined {
  const snapshots = path.join(folder, 'snapshots');
  const named = commit ?? files.readText(path.join(folder, 'refs', revision))?.trim() ?? revision;
  const there = (name: string) => files.stat(path.join(snapshots, name))?.isDirectory() === true;
  if (isCommitHash(named)) return there(named) ? path.join(snapshots, named) : undefined;
  const all = files.list(snapshots).filter((name) => isCommitHash(name) && there(name));
  return all.length === 1 ? path.join(snapshots, all[0] ?? '') : undefined;
}

/**
 * The folder that holds the files of a model, in or below the one that a person named: itself, a cache of Hugging Face's libraries
 * or a part of one, or a folder of many models.
 * @throws UserError E_MODEL_SOURCE where it is in none of these: 16 GB from the Hub are not what `--source` asks for
 */
export function modelIn(context: Context, folder: string, model: Model): string {
  const { host } = context;
  const { repo, name, revision } = model;
  const last = repo.split('/').at(-1) ?? repo;
  if (holdsModel(host, folder)) return folder;
  const cached = [folder, path.join(folder, 'hub')]
    .map((cache) => snapshotIn(host, path.join(cache, cacheName(repo)), revision))
    .find((snapshot) => snapshot !== undefined && holdsModel(host, snapshot));
  // The folder of this very repository in a cache, or its snapshots.
  const own = [folder, path.dirname(folder)]
    .filter((each) => path.basename(each) === cacheName(repo))
    .map((each) => snapshotIn(host, each, revision))
    .find((snapshot) => snapshot !== undefined);
  const found = cached ?? own ?? [name, last, repo].map((inner) => path.join(folder, inner)).find((each) => holdsModel(host, each));
  if (found !== undefined) return found;
  throw new UserError({
    code: 'E_MODEL_SOURCE',
    found: `\`${shown(context.root, folder)}\` holds no files of \`${repo}\`${insteadOf(host, folder)}`,
    needed: 'the folder with its config.json and weights, a cache that has it, or a folder of models with one of its name in it',
    fix: `name the folder itself with \`--source\`, or leave it out: \`npx just model:download --model=${model.asked}\` fetches it from the Hub`,
  });
}

/** A configuration, or weights. */
const holdsModel = ({ files }: Host, folder: string): boolean =>
  files.list(folder).some((name) => name === 'config.json' || (/\.(?:safetensors|bin|gguf)$/.test(name) && !name.startsWith('._')));

function insteadOf({ files }: Host, folder: string): string {
  const names = files.list(folder).filter((name) => !name.startsWith('.'));
  if (names.length === 0) return ': it is empty';
  return `: in it are ${some(names.map((name) => `\`${name}\``))}`;
}
