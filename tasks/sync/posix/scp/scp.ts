import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import { byteName, shownName, textName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { RelativeName } from '../../../untrusted/names';
import { longAnswer } from '../../answers/answer';
import type { FileChange } from '../../compare/change';
import type { Filters } from '../../compare/filters';
import type { Direction } from '../../compare/folders';
import { type ListingBackend, listedTransport } from '../../session/listed-transport';
import type { Transport } from '../../session/transport';
import { remoteFault, withoutNoise } from '../faults';
import { filesThere } from '../files';
import { stillHeld, withRemoteLock } from '../lock';
import type { PosixMachine } from '../machine';
import { retrying } from '../retry';
import { sameContents } from '../same-contents';
import { freeScript, placeScript, stageScript } from '../scripts/scp-scripts';
import { addressIn, dropMaster, scpOptions } from '../ssh/ssh';
import { shellCopy } from './shell-copy';

/** Files of one call: few enough that a link that breaks costs little, many enough that a call costs little. */
const [mostFiles, mostBytes] = [50, 64_000_000];

/**
 * scp, for single files and machines without rsync. It leaves a part under the final name when it is cut, so
 * files arrive in `.just-lora/incoming` there and are moved; a file that was cut begins anew.
 */
export const scpTransport = (context: Context, machine: PosixMachine, direction: Direction, filters: Filters): Transport =>
  listedTransport(context, machine, direction, filters, scpProgram(context, machine, direction));

function scpProgram(context: Context, machine: PosixMachine, direction: Direction): ListingBackend {
  const { host, root } = context;
  const other = filesThere(machine);
  const { put, get } = machine.ssh?.elsewhere ? shellCopy(context, machine) : scpCopy(context, machine, direction);

  return {
    name: machine.transfer,
    keepsTimes: true,
    deletesAnyName: true,

    async list(folder) {
      return other.list(folder);
    },

    same: (base, names, links) => sameContents(context, machine, base, names, links),

    async send(base, changes, { tell }) {
      await inCalls(changes, tell, async (part, below) => {
        await other.run(stageScript, []);
        await put(part.map(({ name }) => path.join(root, base, textName(name))));
        const names = part.map(({ name }) => `${path.posix.basename(name)}\0`).join('');
        await other.run(placeScript, [path.posix.join(base, below)], { rest: names, limits: longAnswer });
      });
    },

    async fetch(base, changes, to, { tell }) {
      await inCalls(changes, tell, async (part, below) => {
        const folder = path.join(to, below);
        if (below !== '.') host.tree.makeFolderAt(to, byteName(below) as RelativeName);
        await get(
          base,
          part.map(({ name }) => textName(name)),
          folder,
        );
      });
    },

    remove: (folder, _, changes) => other.remove(folder, changes),
    fallTogether: other.fallTogether,
    skipped: async (folder) => [...(await other.others(folder)).keys()].map(shownName),
    count: other.count,
    states: (folder) => other.states(folder),
    standing: (base, names) => other.standing({ name: base }, names),
    readState: other.readState,
    writeState: other.writeState,
    alone: (begin, work) => withRemoteLock(context, machine, begin, work),
  };
}

/** The program scp. */
function scpCopy(context: Context, machine: PosixMachine, direction: Direction): ReturnType<typeof shellCopy> {
  const { host, root } = context;
  const scp = (from: readonly string[], to: string) =>
    retrying(
      context,
      async () => {
        const args = ['-p', '-q', '-B', ...scpOptions(machine.ssh?.options ?? []), '--', ...from, to];
        const options = { cwd: root, program: 'ssh', env: { LC_ALL: 'C' }, guarded: true, keep: 'end' } as const;
        const { exitCode, stderr, tail } = await host.processes.ask('scp', args, options);
        return { exitCode, text: withoutNoise(machine.ssh, stderr || tail), moved: false };
      },
      () => dropMaster(context, machine.ssh),
      ({ exitCode, text }) => remoteFault(machine, exitCode, text, direction),
      () => stillHeld(machine),
    );
  const there = (file: string) => `${machine.ssh ? addressIn(machine.ssh.host) : ''}:${machine.path}/${file}`;
  /** sftp says "Failure" of a full disk, as of much else. */
  const isFull = async (files: readonly string[]): Promise<boolean> => {
    const free = /^\d{1,15}$/.exec((await filesThere(machine).run(freeScript, [])).trim())?.[0];
    return free !== undefined && files.some((file) => (host.files.stat(file)?.size ?? 0) > Number(free) * 1024);
  };
  return {
    async put(files) {
      try {
        await scp(files, there('.just-lora/incoming/'));
      } catch (error) {
        const isUnclear = error instanceof UserError && error.fault.code === 'E_TRANSFER';
        if (!isUnclear || !(await isFull(files))) throw error;
        // A piece is of no use to the next try, and takes its room.
        await filesThere(machine).run(stageScript, []);
        throw remoteFault(machine, 1, `${error.fault.tail ?? ''}\nNo space left on device`);
      }
    },
    async get(base, names, to) {
      await scp(
        names.map((name) => there(`${base}/${name}`)),
        `${to}/`,
      );
    },
  };
}

/** @param work on some files of one folder, which is relative to the one that travels */
async function inCalls(
  changes: readonly FileChange[],
  tell: (doneBytes: number) => void,
  work: (part: readonly FileChange[], below: string) => Promise<void>,
): Promise<void> {
  let done = 0;
  for (const part of parts(changes)) {
    await work(part, textName(path.posix.dirname(part[0]?.name ?? '.')));
    done += part.reduce((sum, { bytes }) => sum + bytes, 0);
    tell(done);
  }
}

/** Files of one folder each, in calls of a bearable size. */
function* parts(changes: readonly FileChange[]): Generator<FileChange[]> {
  const folders = new Map<string, FileChange[]>();
  for (const change of changes) {
    const below = path.posix.dirname(change.name);
    const list = folders.get(below);
    if (list) list.push(change);
    else folders.set(below, [change]);
  }
  for (const all of folders.values()) {
    let [part, size]: [FileChange[], number] = [[], 0];
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
