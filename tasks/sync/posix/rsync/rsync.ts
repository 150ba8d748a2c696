import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import type { RunOptions } from '../../../platform/processes/processes';
import { checksumAnswer, heard, type Limits, longAnswer, refusePart } from '../../answers/answer';
import { fileByFile, literalBytes, progressBytes, type RsyncVersion } from '../../answers/rsync-output';
import { deepestFirst } from '../../compare/change';
import { countHere, statesHere } from '../../compare/files-here';
import type { Filters } from '../../compare/filters';
import { baseName, type Direction, type Folder, isOwn } from '../../compare/folders';
import { refuseLinksOut } from '../../compare/links';
import { type Sides, sidesOf } from '../../compare/sides';
import { commitStaging, openStaging, refuseWay } from '../../session/staging';
import type { Transport } from '../../session/transport';
import { remoteFault, unreadableSource } from '../faults';
import { filesThere } from '../files';
import { withRemoteLock } from '../lock';
import type { PosixMachine } from '../machine';
import { retrying, type Try } from '../retry';
import { dropMaster } from '../ssh';
import { type RsyncCall, rsyncArgs } from './rsync-args';
import { type RsyncQuestion, readComparison } from './rsync-comparison';

/** rsync on both ends, over ssh or to a mounted volume. */
export function rsyncTransport(context: Context, machine: PosixMachine, direction: Direction, filters: Filters): Transport {
  const { host, root, settings } = context;
  const { sync } = settings.setup;
  const rsyncHere = machine.rsyncHere as RsyncVersion;
  const other = filesThere(machine);
  const sides = (folder: Folder) => sidesOf(context, machine, folder, direction);
  const call = (folder: Folder, { here, there, file }: Sides, more: Partial<RsyncCall>): RsyncCall => {
    const remote = `${machine.ssh ? `${machine.ssh.host}:` : ''}${there}/`;
    const [from, to] = direction === 'push' ? [`${here}/`, remote] : [remote, `${here}/`];
    return {
      here: rsyncHere,
      there: machine.rsync as RsyncVersion,
      direction,
      ssh: machine.ssh,
      filters: { own: folder.own, ...filters },
      dryRun: false,
      listDeletions: false,
      checksum: false,
      compress: sync.compress,
      timeoutSeconds: sync.timeout_seconds,
      from: from + (file ?? ''),
      to,
      ...more,
    };
  };
  const rsync = async (
    args: readonly string[],
    more: Pick<RunOptions, 'onLine' | 'keep'> & Partial<Limits>,
  ): Promise<Try & { stdout: string }> => {
    // The C locale: every byte that is not ASCII comes as an escape, and names are bytes.
    const options = { cwd: root, program: 'ssh', env: { LC_ALL: 'C' }, encoding: 'latin1', guarded: true, ...more } as const;
    const result = await host.processes.run('rsync', args, options);
    // Of what moves files the end is enough.
    if (more.keep !== 'end') refusePart(machine.remote, result);
    const { exitCode, stdout, stderr, tail } = result;
    return { exitCode, text: stderr.trim() === '' ? tail : stderr, moved: hasMoved(stdout), stdout };
  };
  const fault = ({ exitCode, text }: Try) => unreadableSource(exitCode, text) ?? remoteFault(machine.remote, exitCode, text, direction);
  /** @param update leave out what is newer on the receiving side */
  const compare = async (folder: Folder, how: { deletions: boolean; checksum: boolean; update?: boolean }) => {
    const at = sides(folder);
    // Nothing there yet: compared with a folder that does not exist, here, since rsync wants its parent.
    const nowhere = at.target === 'missing' ? { to: nowhereIn(root), ...(direction === 'push' ? { ssh: undefined } : {}) } : {};
    const listDeletions = how.deletions && at.file === undefined && at.target !== 'missing';
    const args = rsyncArgs(
      call(folder, at, { dryRun: true, listDeletions, checksum: how.checksum, update: how.update === true, ...nowhere }),
    );
    const { stdout } = await retrying(
      context,
      () => rsync(args, how.checksum ? checksumAnswer : longAnswer),
      () => dropMaster(context, machine.ssh),
      fault,
    );
    const asked = askedFor(folder, at, listDeletions);
    const { links, ...comparison } = heard(machine.remote, () => readComparison(stdout, asked));
    if (direction === 'pull') {
      refuseLinksOut(links);
      refuseWay(context, at.here, comparison.changes);
    }
    return comparison;
  };
  const askedFor = (folder: Folder, { base, here, file }: Sides, deletions: boolean): RsyncQuestion => ({
    base,
    flavour: rsyncHere.flavour,
    deletions,
    isMeant: (name) => (file === undefined || name === baseName(folder)) && !isOwn(folder, name),
    sizeOf: (name) => (direction === 'push' ? host.tree.look(here, name)?.size : undefined),
  });

  return {
    compare,

    async transfer(folder, changes, { checksum, tell, note }) {
      const at = sides(folder);
      const stage = direction === 'pull' ? openStaging(context, at.base) : undefined;
      // Links that were not listed do not come: one of them could be the folder of the next file.
      const links = changes.some(({ kind }) => kind === 'link') ? 'inside' : 'none';
      const args = rsyncArgs(call(folder, at, { checksum, ...(stage ? { to: `${stage}/`, compareWith: at.here, links } : {}) }));
      const attempt = () => {
        const sum = rsyncHere.flavour === 'gnu' ? (bytes: number) => bytes : fileByFile();
        return rsync(args, {
          keep: 'end',
          onLine(line) {
            const bytes = progressBytes(line);
            if (bytes !== undefined) tell(sum(bytes));
          },
        });
      };
      const between = async ({ exitCode }: Try, pauseMs: number) => {
        note(`the link broke (exit code ${exitCode}), trying again in ${pauseMs / 1000} s`);
        await dropMaster(context, machine.ssh);
      };
      await retrying(context, attempt, between, fault);
      if (stage) commitStaging(context, changes, stage, at.here);
    },

    async remove(folder, changes) {
      if (direction === 'push') return other.remove(folder, changes);
      const { here } = sides(folder);
      for (const { kind, name } of deepestFirst(changes))
        (kind === 'folder' ? host.tree.removeEmptyFolder : host.tree.removeFile)(here, name);
    },

    async newer(folder, changed) {
      const { changes } = await compare(folder, { deletions: false, checksum: false, update: true });
      const older = new Set<string>(changes.map(({ name }) => name));
      return new Set(changed.map(({ name }) => name).filter((name) => !older.has(name)));
    },

    async names(folder) {
      const at = sides(folder);
      // Compared with nothing, every file that travels is new.
      const from = `${at.here}/${at.file ?? ''}`;
      const { exitCode, stdout, text } = await rsync(
        rsyncArgs(call(folder, at, { dryRun: true, ssh: undefined, from, to: nowhereIn(root) })),
        longAnswer,
      );
      if (exitCode !== 0) throw remoteFault(machine.remote, exitCode, text);
      return heard(machine.remote, () => readComparison(stdout, { ...askedFor(folder, at, false), sizeOf: () => 0 }))
        .changes.filter(({ kind }) => kind === 'file')
        .map(({ name }) => name);
    },

    count: async (folder, side) => (side === 'there' ? other.count(folder) : countHere(context, sides(folder).here)),
    states: async (folder, side) => (side === 'there' ? other.states(folder) : statesHere(context, folder)),
    readState: other.readState,
    writeState: other.writeState,
    alone: (begin, work) => withRemoteLock(context, machine, begin, work),
  };
}

const nowhereIn = (root: string): string => path.join(root, '.just-lora-nowhere/');

const hasMoved = (stdout: string): boolean =>
  (literalBytes(stdout) ?? 0) > 0 || stdout.split(/[\r\n]/).some((line) => (progressBytes(line) ?? 0) > 0);
