import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../common/errors';
import { bytes, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { absolute, shown } from '../../engine/paths';
import type { Host } from '../../platform';
import { isSha1, isSha256 } from '../../untrusted/hashes';
import { hubCaches } from '../api/token';
import type { HubFile } from '../model/hub-file';
import type { Model } from '../model/models';
import { readTreeFile } from '../store/tree';
import { cacheName, modelIn, snapshotIn } from './source-folder';

type SeenFile = Pick<HubFile, 'path' | 'size'>;

/** A place on this machine that has the files of a model. */
export interface LocalSource {
  /** How a message calls it. */
  name: string;
  /** The place of a file, `undefined` where it is not there, or not with the size that the commit has. */
  place(file: SeenFile): string | undefined;
  /** Bytes of a file that is there with another size than the commit has. */
  otherSize(file: SeenFile): number | undefined;
  /** Files are linked and not copied. */
  links: boolean;
  /** The folder itself, where it may hold a list of its own. */
  folder: string;
}

/**
 * Where the files come from, if not from the Hub: `--source` or the model's own setting, or the cache of
 * Hugging Face's libraries with `--from-cache`.
 * @throws UserError E_MODEL_SOURCE
 */
export function localSourceOf(context: Context, model: Model, commit: string | undefined): LocalSource | undefined {
  const asked = context.option('source') ?? model.source;
  const cache = context.option('from-cache');
  if (asked !== undefined) return folderOrigin(context, asked, model);
  if (cache === undefined) return undefined;
  const folder = cachedIn(context, model, commit);
  if (!folder)
    throw new UserError({
      code: 'E_MODEL_SOURCE',
      found: `\`${model.repo}\` is not in the cache (${hubCaches(context)
        .map((home) => shown(context.root, home))
        .join(', ')})`,
      needed: 'a snapshot of the model there',
      fix: `\`npx just model:download --model=${model.asked}\` fetches it`,
    });
  return { name: `the cache \`${folder}\``, links: cache === 'link', ...filesIn(context, folder) };
}

/** The snapshot of a model in the cache of Hugging Face's libraries, the one of the commit first. */
export function cachedIn(context: Context, { repo, revision }: Model, commit: string | undefined): string | undefined {
  return hubCaches(context)
    .map((cache) => snapshotIn(context.host, path.join(cache, cacheName(repo)), revision, commit))
    .find((snapshot) => snapshot !== undefined);
}

function folderOrigin(context: Context, asked: string, model: Model): LocalSource {
  const named = asked.startsWith('file:') ? fileURLToPath(asked) : absolute(context, asked);
  if (!context.host.files.stat(named)?.isDirectory())
    throw new UserError({
      code: 'E_MODEL_SOURCE',
      found: `the source \`${asked}\` is not a folder`,
      needed: 'a folder that holds the files of the model',
      fix: 'mount it or correct the path, then run the same command again',
    });
  const folder = modelIn(context, named, model);
  return { name: `\`${shown(context.root, folder)}\``, links: false, ...filesIn(context, folder) };
}

/** A file that is cut, or another one of the same name, is none of the commit's: its hash cannot be right. */
function filesIn({ host }: Context, folder: string): Pick<LocalSource, 'folder' | 'place' | 'otherSize'> {
  const sizeOf = (file: SeenFile): number | undefined => {
    const stat = host.files.stat(path.join(folder, file.path));
    return stat?.isFile() ? stat.size : undefined;
  };
  return {
    folder,
    place(file) {
      const size = sizeOf(file);
      return size !== undefined && size === (file.size ?? size) ? path.join(folder, file.path) : undefined;
    },
    otherSize(file) {
      const size = sizeOf(file);
      return size === file.size ? undefined : size;
    },
  };
}

/** What a source has not of files that are missing: `` has no `a` and not all of `b` (1 kB of 4 MB) ``. */
export function lacksWords({ name, otherSize }: LocalSource, files: readonly (SeenFile & { size: number })[]): string {
  const others = files.flatMap((file) => {
    const size = otherSize(file);
    return size === undefined ? [] : [`\`${file.path}\` (${bytesOf(size, file.size)})`];
  });
  const absent = files.filter((file) => otherSize(file) === undefined).map(({ path: file }) => `\`${file}\``);
  const parts = [...(absent.length > 0 ? [`no ${some(absent)}`] : []), ...(others.length > 0 ? [`not all of ${some(others)}`] : [])];
  return `${name} has ${parts.join(' and ')}`;
}

/** Both sizes; in bytes where a person would read the same twice. */
const bytesOf = (size: number, wanted: number): string =>
  bytes(size) === bytes(wanted) ? `${size} of ${wanted} bytes` : `${bytes(size)} of ${bytes(wanted)}`;

/** The list of a commit that huggingface_hub 1.x keeps in its cache, beside the snapshots. */
export const cachedTree = (host: Host, snapshot: string, commit: string): HubFile[] | undefined =>
  readTreeFile(host, path.join(snapshot, '..', '..', 'trees', `${commit}.json`));

/**
 * What a snapshot of the cache holds, by itself: its files are links to blobs that are named by their hash.
 * `undefined` where they are not, or where there are none.
 */
export function snapshotFiles(host: Host, snapshot: string): HubFile[] | undefined {
  const files = host.files.filesUnder(snapshot).map((file): HubFile | undefined => {
    const real = host.files.realPath(path.join(snapshot, file));
    const size = real ? host.files.stat(real)?.size : undefined;
    const name = real ? path.basename(real) : '';
    if (size === undefined) return undefined;
    if (isSha256(name)) return { path: file, size, sha256: name };
    return isSha1(name) ? { path: file, size, sha1: name } : undefined;
  });
  return files.length > 0 && files.every((file) => file !== undefined) ? files : undefined;
}
