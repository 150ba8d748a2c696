import * as path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { sha256 } from '../../../common/hash';
import { byteName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { Resource } from '../../../engine/resources';
import type { Host } from '../../../platform';
import { fileFingerprint } from '../../../platform/hashing';
import { hashesHere } from '../hashes-here';
import { gzipped, type TarEntry, tarOf } from '../tar';
import { appConfig } from './app-script';
import { packagesOf } from './packages';

/** What runs on a machine: `lib`, what a project starts from, and the packages of production. The same for all machines. */
export interface App {
  /**
   * Of our own files, and of the names and versions of the packages, hex: its folder there is called so. Reading each file of each
   * package would take longer than the look at the machine.
   */
  hash: string;
  /** Bytes of all files, unpacked. */
  bytes(): number;
  /** All that is sent: a tar under gzip, with `SUMS`, the SHA-256 of each file, and `SIZES`, which a look holds them to. Made once in a run. */
  archive(): Promise<Buffer>;
}

/** `tasks` of a clone of this repository, `lib` of the package. */
const code = path.resolve(__dirname, '..', '..', '..');
const packageRoot = path.dirname(code);

/** What nothing reads at run time. */
const unread = /\.(?:d\.[cm]?ts|ts|map|md|markdown|flow)$|^(?:test|tests|docs?|examples?|\.github)\//i;
/** What a new project starts from, beside the code. */
const beside =
  /^(?:package\.json|configs\/(?!.*\.(?:local|remote)\.yaml$)[^/]+\.(?:yaml|json|txt)|configs\/schemas\/.+|scripts\/.+\.(?:py|sh)|requirements-.+\.(?:txt|lock)|environment-.+\.(?:yml|lock))$/;

/** Made once in a run, whatever the number of machines. */
export const appHere: Resource<App> = { make: makeApp };

function makeApp(context: Context): App {
  const { host } = context;
  const packages = packagesOf(host, packageRoot);
  const names = { code: codeNames(host), own: besideNames(host) };
  const ours = [...names.code.map((name) => path.join(code, name)), ...names.own.map((name) => path.join(packageRoot, name))];
  const versions = packages.map(({ place, version }) => [place, version]);
  const hash = () => {
    const parts = [...sourcesOf(host, names.code), ...besideCode(host, names.own)].map(([name, bytes]) => `${name} ${sha256(bytes)}`);
    return sha256(JSON.stringify([appConfig, versions, parts]));
  };
  const state = statesOf(host, ours);
  let entries: readonly TarEntry[] | undefined;
  let packed: Promise<Buffer> | undefined;
  return {
    hash: context.resources
      .get(context, hashesHere)
      .ofAll('app', JSON.stringify([appConfig, versions, state.texts]), state.youngestMs, hash)
      .slice(0, 32),
    bytes: () => all().reduce((sum, { size }) => sum + size, 0),
    archive() {
      packed ??= buffer(gzipped(tarOf(all())));
      return packed;
    },
  };
  function all(): readonly TarEntry[] {
    entries ??= entriesOfAll();
    return entries;
  }
  function entriesOfAll(): TarEntry[] {
    const files = new Map([
      ['just.config.js', Buffer.from(appConfig)],
      ...besideCode(host, names.own),
      ...codeOf(sourcesOf(host, names.code)),
    ]);
    for (const { folder, place } of packages)
      for (const name of host.files.filesUnder(folder, ['node_modules', '.cache']))
        if (!unread.test(name) && host.files.stat(path.join(folder, name))?.isFile())
          files.set(`${place}/${name}`, host.files.readBytes(path.join(folder, name)));
    const sizes = [...files].map(([name, bytes]) => `${bytes.length} ${name}\n`).sort();
    files.set('SIZES', Buffer.from(sizes.join('')));
    const sums = [...files].map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`).sort();
    return [['SUMS', Buffer.from(sums.join(''))] as const, ...files].map(entryOf);
  }
}

/** What tells that one of these files has changed, and when the last one did. */
function statesOf({ files }: Host, all: readonly string[]): { texts: string[]; youngestMs: number } {
  const stats = all.map((file) => files.exactStat(file));
  return {
    texts: stats.map((stat, at) => `${all[at]} ${stat ? Object.values(fileFingerprint(stat)).join(' ') : ''}`),
    youngestMs: Math.max(...stats.map((stat) => Number(stat?.ctimeNs ?? 0n) / 1e6)),
  };
}

const entryOf = ([name, bytes]: readonly [string, Buffer]): TarEntry => ({
  name: byteName(name),
  mode: name.endsWith('.sh') ? 0o755 : 0o644,
  modified: 1_000_000_000,
  size: bytes.length,
  open: () => [bytes],
});

/** What the package has beside its code. */
function besideNames({ files }: Host): string[] {
  const names = ['', 'configs', 'configs/schemas', 'scripts'].flatMap((folder) =>
    files.list(path.join(packageRoot, folder)).map((each) => path.posix.join(folder, each)),
  );
  return names.filter((name) => beside.test(name) && files.stat(path.join(packageRoot, name))?.isFile());
}

/** Our code as it lies here, below `tasks` or `lib`. */
const codeNames = ({ files }: Host): string[] =>
  files.filesUnder(code).filter((name) => /\.(?:js|json|py|ts)$/.test(name) && !/\.d\.ts$|(?:^|\/)__pycache__\//.test(name));

type Named = [name: string, bytes: Buffer];

const besideCode = ({ files }: Host, names: readonly string[]): Named[] =>
  names.map((name) => [name, files.readBytes(path.join(packageRoot, name))]);

const sourcesOf = ({ files }: Host, names: readonly string[]): Named[] =>
  names.map((name) => [name, files.readBytes(path.join(code, name))]);

/** Our code as Node runs it, by name below the app. */
function codeOf(sources: readonly Named[]): Named[] {
  return sources.map(([name, bytes]) =>
    name.endsWith('.ts') ? [`lib/${name.replace(/\.ts$/, '.js')}`, compiled(path.join(code, name), bytes)] : [`lib/${name}`, bytes],
  );
}

/** In a clone of this repository: as the loader that stands for ts-node there compiles it, and keeps it, for a run here. */
function compiled(file: string, source: Buffer): Buffer {
  const { translate } = require('ts-node') as { translate(source: string, file: string): string };
  return Buffer.from(translate(source.toString('utf8'), file).replace(/\n\/\/# sourceMappingURL=data:.*\s*$/, '\n'));
}
