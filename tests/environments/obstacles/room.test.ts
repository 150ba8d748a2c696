import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { roomObstacle } from '../../../tasks/environments/obstacles/room';
import { cacheFolder } from '../../../tasks/environments/python/cache-folder';
import { thisHost } from '../../../tasks/platform';

const test = suite('room for an environment');
const size = { download: 3e9, installed: 6e9 };

interface Disks {
  /** Free bytes where the environment goes, and where the package cache is. */
  free: [environment: number, cache: number];
  oneDisk: boolean;
  /** Bytes that the cache holds already. */
  held?: number;
}

async function blocked({ free: [environment, cache], oneDisk, held = 0 }: Disks, links: boolean): Promise<string | undefined> {
  const host = {
    disk: {
      freeSpace: async (place: string) => ({
        availableBytes: place === '/env' ? environment : cache,
        device: oneDisk || place === '/env' ? 1 : 2,
        measured: place,
      }),
    },
    files: { sizeOf: async () => held },
  };
  const found = await roomObstacle({ host, root: '/p' } as never, { environment: '/env', cache: '/cache', links }, size);
  return found?.found;
}

test('uv unpacks into its cache and links: once on one disk, twice on two', async () => {
  assert.is(await blocked({ free: [7e9, 7e9], oneDisk: true }, true), undefined);
  assert.match(
    (await blocked({ free: [6.5e9, 6.5e9], oneDisk: true }, true)) ?? '',
    /^6\.5 GB free in `\/env`, 6\.6 GB needed for the environment/,
  );
  assert.is(await blocked({ free: [6.4e9, 6.7e9], oneDisk: false }, true), undefined);
  assert.match((await blocked({ free: [6.2e9, 9e9], oneDisk: false }, true)) ?? '', /6\.3 GB needed for the environment/);
  assert.match((await blocked({ free: [9e9, 6.5e9], oneDisk: false }, true)) ?? '', /6\.6 GB needed for the package cache/);
});

test('pip keeps the archives and copies: both on one disk, each on its own', async () => {
  assert.match((await blocked({ free: [9e9, 9e9], oneDisk: true }, false)) ?? '', /9\.4 GB needed|9\.5 GB needed/);
  assert.is(await blocked({ free: [9.5e9, 9.5e9], oneDisk: true }, false), undefined);
  assert.is(await blocked({ free: [6.4e9, 3.2e9], oneDisk: false }, false), undefined);
  assert.match((await blocked({ free: [6.4e9, 3e9], oneDisk: false }, false)) ?? '', /needed for the package cache/);
});

test('what the cache holds already is not needed again', async () => {
  assert.is(await blocked({ free: [9e9, 2e9], oneDisk: false, held: 5e9 }, true), undefined);
  // Never all of it: what is there may be other packages.
  assert.match((await blocked({ free: [9e9, 0.5e9], oneDisk: false, held: 99e9 }, true)) ?? '', /500 MB free in `\/cache`, 660 MB needed/);
});

test('the cache is where its tool says', () => {
  const at = (env: Record<string, string>, platform = 'linux') =>
    (['uv', 'pip'] as const).map((tool) =>
      cacheFolder({ host: { ...thisHost(), env, platform, home: '/home/me', systemRoot: '/nowhere' } } as never, tool),
    );
  assert.equal(at({}), ['/home/me/.cache/uv', '/home/me/.cache/pip']);
  assert.equal(at({ XDG_CACHE_HOME: '/c' }), ['/c/uv', '/c/pip']);
  assert.equal(at({ UV_CACHE_DIR: '/u', PIP_CACHE_DIR: '/q' }), ['/u', '/q']);
  assert.equal(at({}, 'darwin'), ['/home/me/.cache/uv', '/home/me/Library/Caches/pip']);
});

test.run();
