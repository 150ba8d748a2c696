import { bytes } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Blocked } from '../../engine/step';
import type { Size } from '../../knowledge/sizes';
import { temporaryFolderOf } from '../../platform/disk';

/** Who installs, and so what lies where: uv unpacks into its cache and links, pip and conda keep the archives and copy. */
export interface Places {
  /** Folder of the environment. */
  environment: string;
  /** Folder of the package cache. */
  cache: string;
  /** The cache holds the unpacked files, and the environment links to them where both are on one filesystem. */
  links: boolean;
  /** Bytes of the largest package, which pip keeps in its folder for temporary files meanwhile; absent with uv, which has its cache. */
  largest?: number;
}

/** A file of a package is some 60 kB: of 5.6 GB that are 93,000, counted in the real environments. */
const bytesAFile = 60_000;

/**
 * Is there room on each filesystem for what is fetched and what is unpacked? What the cache holds already counts.
 * @returns a blocked finding with both numbers, or nothing
 */
export async function roomObstacle(context: Context, places: Places, { download, installed }: Size): Promise<Blocked | undefined> {
  const { host, root } = context;
  const [there, cache] = [await host.disk.freeSpace(places.environment), await host.disk.freeSpace(places.cache)];
  const one = there.device === cache.device;
  // A tenth more: what is being unpacked, and file systems round up.
  const needs = places.links
    ? one
      ? [{ where: places.environment, free: there, bytes: installed * 1.1 }]
      : [
          { where: places.environment, free: there, bytes: installed * 1.05 },
          { where: places.cache, free: cache, bytes: installed * 1.1 },
        ]
    : one
      ? [{ where: places.environment, free: there, bytes: (installed + download) * 1.05 }]
      : [
          { where: places.environment, free: there, bytes: installed * 1.05 },
          { where: places.cache, free: cache, bytes: download * 1.05 },
        ];
  const files = Math.ceil(installed / bytesAFile);
  for (const { free } of needs) {
    if (free.availableFiles === undefined || free.availableFiles >= files) continue;
    return {
      state: 'blocked',
      code: 'E_ROOM',
      found: `${free.availableFiles} files can still be made in \`${shown(root, free.measured)}\` (inodes), about ${files} are needed`,
      needed: `about ${files} free inodes`,
      fix: `remove small files there (\`df -i\` counts them), or put it on another disk: ${elsewhere}`,
    };
  }
  const small = places.largest === undefined ? undefined : await smallTemporary(context, places.largest);
  if (small) return small;
  for (const { where, free, bytes: wanted } of needs) {
    if (free.availableBytes >= wanted) continue;
    // Only now: to measure a cache is to walk it.
    const held = where === places.cache || one ? Math.min(await host.files.sizeOf(places.cache), wanted * 0.9) : 0;
    if (free.availableBytes >= wanted - held) continue;
    const isCache = where === places.cache;
    return {
      state: 'blocked',
      code: 'E_ROOM',
      found: `${bytes(free.availableBytes)} free in \`${shown(root, free.measured)}\`, ${bytes(wanted - held)} needed for the ${isCache ? 'package cache' : 'environment'} (${bytes(download)} to fetch, ${bytes(installed)} unpacked)`,
      needed: `${bytes(wanted - held)} free`,
      fix: isCache
        ? `free ${bytes(wanted - held - free.availableBytes)}\nor put the package cache on another disk (\`UV_CACHE_DIR\`, \`PIP_CACHE_DIR\`, conda's \`pkgs_dirs\`)`
        : `free ${bytes(wanted - held - free.availableBytes)}\nor put the environment on another disk: ${elsewhere}`,
    };
  }
  return undefined;
}

const elsewhere = '`--set remote.path=/disk/venv`, `--set remote.prefix=/disk/env` with conda';

/** pip downloads and unpacks in the folder for temporary files: often a small part of memory. */
async function smallTemporary({ host, root }: Context, largest: number): Promise<Blocked | undefined> {
  const folder = temporaryFolderOf(host);
  const { availableBytes, measured } = await host.disk.freeSpace(folder);
  if (availableBytes >= largest * 1.1) return undefined;
  return {
    state: 'blocked',
    code: 'E_ROOM',
    found: `${bytes(availableBytes)} free in \`${shown(root, measured)}\`, where temporary files go, ${bytes(largest * 1.1)} needed for the largest package`,
    needed: `${bytes(largest * 1.1)} free for temporary files`,
    fix: '`export TMPDIR=/a/folder/with/room`, then run the same command again\nor have uv install, which needs none there: `--set python.installer=auto`',
  };
}
