import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { normalizeName } from '../tasks/common/package-name';
import { installedFrom, recordedFiles } from '../tasks/environments/prefix/dist-info';
import { profileFiles, profileNames } from '../tasks/environments/profile/profile-files';

/**
 * Measures what each package of the training locks takes, and writes tasks/knowledge/measured-sizes.ts. `npm run sizes`
 *
 * It needs `uv` on PATH. What is fetched is asked of the package index: a lock in the format of PEP 751 names the bytes of
 * each file. What is unpacked is installed for a moment and added up by its RECORD; where uv's cache is empty that fetches 7 GB,
 * and 3 GB in any case for aarch64, whose packages are not kept.
 */
const target = path.join(__dirname, '..', 'tasks', 'knowledge', 'measured-sizes.ts');
/** A package that no lock names is taken for one of these: what is larger has a name that people know. */
const smallBytes = 10e6;

/** Bytes by `name==version`. */
type Sizes = Map<string, number>;
interface Measured {
  download: number;
  installed: number;
}

/** Which locks are for which machines: of the older profiles the index has no CUDA build for aarch64. */
const locks = [...profileNames.map((profile) => [profile, 'x86_64'] as const), ['current', 'aarch64'] as const];

const uv = (...args: readonly string[]): void => void execFileSync('uv', [...args, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
const platformOf = (machine: string): string[] => ['--python-version', '3.10', '--python-platform', `${machine}-manylinux_2_28`];

/** Bytes to fetch of each package. */
function downloads(lock: string, machine: string, folder: string): Sizes {
  const file = path.join(folder, 'pylock.sizes.toml');
  uv('pip', 'compile', '--no-deps', ...platformOf(machine), '--format', 'pylock.toml', '--output-file', file, lock);
  const packages = fs.readFileSync(file, 'utf8').split('[[packages]]').slice(1);
  fs.rmSync(file);
  return new Map(
    packages.map((text) => {
      const field = (name: string) => new RegExp(`^${name} = "(.+)"$`, 'm').exec(text)?.[1] ?? '';
      const wheel = text.slice(Math.max(0, text.indexOf('\nwheels = ')));
      return [keyOf(normalizeName(field('name')), field('version')), Number(/\bsize = (\d+)/.exec(wheel)?.[1])];
    }),
  );
}

/** Bytes of the files of each package once they are installed. */
function installed(lock: string, machine: string, folder: string): Sizes {
  const packages = path.join(folder, 'packages');
  const own = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const cache = machine === own ? [] : ['--cache-dir', path.join(folder, 'cache')];
  uv('pip', 'install', '--no-deps', '--require-hashes', '--target', packages, ...platformOf(machine), ...cache, '--requirements', lock);
  const sizes = installedFrom(fs.readdirSync(packages)).map(({ name, version, entry }) => {
    const record = fs.readFileSync(path.join(packages, entry, 'RECORD'), 'utf8');
    return [keyOf(name, version), recordedFiles(record).reduce((sum, { size }) => sum + size, 0)] as const;
  });
  fs.rmSync(packages, { recursive: true });
  return new Map(sizes);
}

const keyOf = (name: string, version: string): string => `${name}==${version}`;

/** Of a version that two locks or machines have, the larger one. */
function measure(): Map<string, Measured> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'package-sizes-'));
  const all = new Map<string, Measured>();
  try {
    for (const [profile, machine] of locks) {
      const lock = path.join(__dirname, '..', profileFiles[profile].lock);
      const [fetched, unpacked] = [downloads(lock, machine, folder), installed(lock, machine, folder)];
      for (const [key, download] of fetched) {
        const before = all.get(key) ?? { download: 0, installed: 0 };
        const size = unpacked.get(key);
        if (size === undefined) throw new Error(`${key} was not installed from ${lock} for ${machine}`);
        all.set(key, { download: Math.max(before.download, download), installed: Math.max(before.installed, size) });
      }
    }
    return new Map([...all].sort(([one], [other]) => (one < other ? -1 : 1)));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function textOf(sizes: Map<string, Measured>): string {
  const small = [...sizes.values()].filter(({ installed: unpacked }) => unpacked < smallBytes);
  const mean = (of: keyof Measured) => Math.round(small.reduce((sum, size) => sum + size[of], 0) / small.length);
  const rows = [...sizes].map(([key, { download, installed: unpacked }]) => `  '${key}': [${grouped(download)}, ${grouped(unpacked)}],`);
  return `/** Bytes of a package: what is fetched, and what it is unpacked. */
type Bytes = readonly [download: number, installed: number];

/** Made by \`npm run sizes\`: each package of the training locks on Linux, the larger one of two machines. */
export const measuredSizes: Readonly<Record<string, Bytes>> = {
${rows.join('\n')}
};

/** The mean of those below ${smallBytes / 1e6} MB, for a package that no lock names. */
export const otherSize: Bytes = [${[mean('download'), mean('installed')].map(grouped).join(', ')}];
`;
}

const grouped = (value: number): string => (value < 10_000 ? String(value) : value.toLocaleString('en').replaceAll(',', '_'));

fs.writeFileSync(target, textOf(measure()));
