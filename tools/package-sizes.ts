import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { normalizeName } from '../tasks/common/package-name';
import { installedFrom, recordedFiles } from '../tasks/environments/prefix/dist-info';
import { profileFiles } from '../tasks/environments/profile/profile-files';

/**
 * Measures what each package of the training locks takes, and writes tasks/knowledge/measured-sizes.ts. `npm run sizes`
 *
 * It needs `uv` on PATH. What is fetched is asked of the package index: a lock in the format of PEP 751 names the bytes of
 * each file. What is unpacked is installed for a moment and added up by its RECORD; where uv's cache is empty that fetches 3 GB.
 */
const target = path.join(__dirname, '..', 'tasks', 'knowledge', 'measured-sizes.ts');
/** A package that no lock names is taken for one of these: what is larger has a name that people know. */
const smallBytes = 10e6;

type Sizes = Map<string, number>;

const uv = (...args: readonly string[]): void => void execFileSync('uv', [...args, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });

/** Bytes to fetch of each package, on Linux and x86_64. */
function downloads(lock: string, folder: string): Sizes {
  const file = path.join(folder, 'pylock.sizes.toml');
  const machine = ['--python-version', '3.10', '--python-platform', 'x86_64-manylinux_2_28'];
  uv('pip', 'compile', '--no-deps', ...machine, '--format', 'pylock.toml', '--output-file', file, lock);
  const packages = fs.readFileSync(file, 'utf8').split('[[packages]]').slice(1);
  return new Map(
    packages.map((text) => {
      const wheel = text.slice(Math.max(0, text.indexOf('\nwheels = ')));
      return [normalizeName(/^name = "(.+)"$/m.exec(text)?.[1] ?? ''), Number(/\bsize = (\d+)/.exec(wheel)?.[1])];
    }),
  );
}

/** Bytes of the files of each package once they are installed. */
function installed(lock: string, folder: string): Sizes {
  const environment = path.join(folder, 'environment');
  uv('venv', '--clear', '--python', '3.10', environment);
  uv('pip', 'install', '--no-deps', '--require-hashes', '--python', environment, '--requirements', lock);
  const packages = path.join(environment, 'lib', 'python3.10', 'site-packages');
  return new Map(
    installedFrom(fs.readdirSync(packages)).map(({ name, entry }) => {
      const record = fs.readFileSync(path.join(packages, entry, 'RECORD'), 'utf8');
      return [name, recordedFiles(record).reduce((sum, { size }) => sum + size, 0)];
    }),
  );
}

/** The larger one of both profiles. */
function measure(): [name: string, download: number, installed: number][] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'package-sizes-'));
  try {
    const locks = Object.values(profileFiles).map(({ lock }) => path.join(__dirname, '..', lock));
    const [fetched, unpacked] = [locks.map((lock) => downloads(lock, folder)), locks.map((lock) => installed(lock, folder))];
    const largest = (name: string, sizes: readonly Sizes[]) => Math.max(...sizes.map((one) => one.get(name) ?? 0));
    const names = [...new Set(fetched.flatMap((sizes) => [...sizes.keys()]))].sort();
    return names.map((name) => [name, largest(name, fetched), largest(name, unpacked)]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function textOf(sizes: ReturnType<typeof measure>): string {
  const small = sizes.filter(([, , unpacked]) => unpacked < smallBytes);
  const mean = (column: 1 | 2) => Math.round(small.reduce((sum, row) => sum + row[column], 0) / small.length);
  return `/** Bytes of a package: what is fetched, and what it is unpacked. */
type Bytes = readonly [download: number, installed: number];

/** Made by \`npm run sizes\`: each package of the training locks on Linux and x86_64, the larger one of both profiles. */
export const measuredSizes: Readonly<Record<string, Bytes>> = {
${sizes.map(([name, ...numbers]) => `  ${/^\w+$/.test(name) ? name : `'${name}'`}: [${numbers.map(grouped).join(', ')}],`).join('\n')}
};

/** The mean of those below ${smallBytes / 1e6} MB, for a package that no lock names. */
export const otherSize: Bytes = [${[mean(1), mean(2)].map(grouped).join(', ')}];
`;
}

const grouped = (value: number): string => (value < 10_000 ? String(value) : value.toLocaleString('en').replaceAll(',', '_'));

fs.writeFileSync(target, textOf(measure()));
