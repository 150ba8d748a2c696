import { createHash } from 'node:crypto';
import * as path from 'node:path';
import type { Context } from '../core/context';
import { byteName } from '../parse/shown-name';
import type { Change } from './change';
import { remoteFault } from './faults';
import type { Direction, Folder } from './folders';
import { arrive, incomingFolder } from './incoming';
import { chosen, compareListings, type Listing, listHere, refuseNames } from './listing';
import type { There } from './preflight';
import { retrying } from './retry';
import { dropMaster } from './rsync';
import type { Filters } from './rsync-args';
import { hashScript, placeScript, stageScript } from './scripts';
import { sidesOf } from './sides';
import { countHere, statesHere } from './states';
import { deepestFirst, filesThere } from './there-files';
import type { Transport } from './transport';

/** Files of one call: few enough that a link that breaks costs little, many enough that a call costs little. */
const [mostFiles, mostBytes] = [50, 64_000_000];

/**
 * scp, for single files and machines without rsync. It leaves a part under the final name when it is cut, so
 * files arrive in `.just-lora/incoming` there and are moved; a file that was cut begins anew.
 */
export function scpTransport(
  context: Context,
  there: There,
  direction: Direction,
  filters: Pick<Filters, 'include' | 'exclude'>,
): Transport {
  const { host, root } = context;
  const other = filesThere(there);
  const sides = (folder: Folder) => sidesOf(context, there, folder, direction);
  const baseOf = (folder: Folder) => (sides(folder).file === undefined ? folder.name : path.posix.dirname(folder.name));
  const here = (folder: Folder) => listHere(context, folder, filters);
  const listThere = async (folder: Folder): Promise<Listing> => {
    const files: Listing = new Map();
    for (const [name, state] of await other.list(folder)) {
      const [size = '', time = ''] = state.split(' ');
      const plain = name === '.' ? byteName(path.posix.basename(folder.name)) : name;
      if (chosen(folder, filters, plain)) files.set(plain, { size: Number(size), modifiedMs: Number(time) * 1000 });
    }
    return files;
  };
  const sameByHash = async (folder: Folder, names: readonly string[]): Promise<ReadonlySet<string>> => {
    const base = baseOf(folder);
    const { exitCode, stdout, tail } = await there.shell.run(hashScript, [there.path, byteName(base)], {
      rest: names.map((name) => `${name}\0`).join(''),
      timeoutMs: 3_600_000,
    });
    if (exitCode !== 0) throw remoteFault(there.remote, exitCode, tail, direction);
    const hashes = new Map(stdout.split('\n').map((line): [string, string] => [line.slice(66), line.slice(0, 64)]));
    const same = new Set<string>();
    for (const name of names) {
      const hash = createHash('sha256');
      for await (const chunk of host.tree.read(path.join(root, base), name)) hash.update(chunk as Buffer);
      if (hashes.get(name) === hash.digest('hex')) same.add(name);
    }
    return same;
  };
  const scp = (from: readonly string[], to: string) =>
    retrying(
      context,
      async () => {
        const args = ['-p', '-q', '-B', ...(there.ssh?.options ?? []), '--', ...from, to];
        const { exitCode, stderr, tail } = await host.processes.run('scp', args, { cwd: root, env: { LC_ALL: 'C' }, guarded: true });
        return { exitCode, text: stderr || tail, moved: false };
      },
      async () => dropMaster(context, there),
      ({ exitCode, text }) => remoteFault(there.remote, exitCode, text, direction),
    );
  const remote = (file: string) => `${there.ssh?.host}:${file}`;
  const utf8 = (name: string) => Buffer.from(name, 'latin1').toString('utf8');

  return {
    async compare(folder, { deletions, checksum }) {
      const base = baseOf(folder);
      const [{ files, excluded, skipped }, far] = [here(folder), await listThere(folder)];
      const [source, target] = direction === 'push' ? [files, far] : [far, files];
      const { changes } = await compareListings(base, source, target, deletions, async () => new Set());
      refuseNames(
        'scp',
        base,
        changes.filter(({ action }) => action !== 'deleted').map(({ name }) => name),
      );
      if (!checksum) return { changes, excluded, skipped };
      const known = new Set(changes.map(({ name }) => name));
      const both = [...source.keys()].filter((name) => target.has(name) && !known.has(name));
      const same = await sameByHash(folder, both);
      const differ = both
        .filter((name) => !same.has(name))
        .map((name): Change => ({ action: 'changed', kind: 'file', folder: base, name, bytes: source.get(name)?.size ?? 0 }));
      return { changes: [...changes, ...differ], excluded, skipped };
    },

    async transfer(folder, changes, { tell }) {
      const base = baseOf(folder);
      const stage = incomingFolder(path.join(root, base));
      let done = 0;
      for (const part of parts(changes)) {
        const below = path.posix.dirname(part[0]?.name ?? '.');
        if (direction === 'push') {
          await shell(there, stageScript, []);
          await scp(
            part.map(({ name }) => path.join(root, base, utf8(name))),
            remote(`${there.path}/.just-lora/incoming/`),
          );
          await shell(
            there,
            placeScript,
            [byteName(path.posix.join(base, utf8(below)))],
            part.map(({ name }) => `${path.posix.basename(name)}\0`).join(''),
          );
        } else {
          const to = path.join(stage, utf8(below));
          host.files.makeFolder(to);
          await scp(
            part.map(({ name }) => remote(`${there.path}/${base}/${utf8(name)}`)),
            `${to}/`,
          );
        }
        done += part.reduce((sum, { bytes }) => sum + bytes, 0);
        tell(done);
      }
      if (direction === 'pull') arrive(context, changes, stage, path.join(root, base));
    },

    async remove(folder, changes) {
      if (direction === 'push') return other.remove(folder, changes);
      for (const { name } of deepestFirst(changes)) host.tree.removeFile(path.join(root, baseOf(folder)), name);
    },

    async newer(folder, changed) {
      const [near, far] = [here(folder).files, await listThere(folder)];
      const [source, target] = direction === 'push' ? [near, far] : [far, near];
      return new Set(
        changed
          .map(({ name }) => name)
          .filter(
            (name) => Math.floor((target.get(name)?.modifiedMs ?? 0) / 1000) > Math.floor((source.get(name)?.modifiedMs ?? 0) / 1000),
          ),
      );
    },

    count: async (folder, side) => (side === 'there' ? other.count(folder) : countHere(context, sides(folder).here)),
    names: async (folder) => [...here(folder).files.keys()],
    readState: other.read,
    writeState: other.write,
    removeState: async () => undefined,
    states: async (folder, side) => (side === 'here' ? statesHere(context, folder) : other.states(folder)),
  };
}

async function shell(there: There, script: string, lines: readonly string[], rest = ''): Promise<void> {
  const { exitCode, tail } = await there.shell.run(script, [there.path, ...lines], { rest });
  if (exitCode !== 0) throw remoteFault(there.remote, exitCode, tail);
}

/** Files of one folder each, in calls of a bearable size. */
function* parts(changes: readonly Change[]): Generator<Change[]> {
  const folders = new Map<string, Change[]>();
  for (const change of changes) {
    const below = path.posix.dirname(change.name);
    const list = folders.get(below);
    if (list) list.push(change);
    else folders.set(below, [change]);
  }
  for (const all of folders.values()) {
    let [part, size]: [Change[], number] = [[], 0];
    for (const change of all) {
      if (part.length >= mostFiles || (part.length > 0 && size + change.bytes > mostBytes)) {
        yield part;
        [part, size] = [[], 0];
      }
      part.push(change);
      size += change.bytes;
    }
    if (part.length > 0) yield part;
  }
}
