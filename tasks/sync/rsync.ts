import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import {
  fileByFile,
  hiddenName,
  literalBytes,
  parseItem,
  progressBytes,
  type RsyncVersion,
  skippedName,
  unescapeName,
} from '../parse/rsync-output';
import { shownName } from '../parse/shown-name';
import type { Comparison } from './change';
import { remoteFault } from './faults';
import type { Direction, Folder } from './folders';
import { arrive, incomingFolder } from './incoming';
import type { There } from './preflight';
import { retrying, type Try } from './retry';
import { type Filters, type RsyncCall, rsyncArgs } from './rsync-args';
import { type Sides, sidesOf } from './sides';
import { countHere, statesHere } from './states';
import { deepestFirst, filesThere } from './there-files';
import type { Compare, Move, Transport } from './transport';

/** rsync on both ends, over ssh or to a mounted volume. */
export function rsyncTransport(
  context: Context,
  there: There,
  direction: Direction,
  filters: Pick<Filters, 'include' | 'exclude'>,
): Transport {
  const { host, root, settings } = context;
  const { sync } = settings.setup;
  const sides = (folder: Folder) => sidesOf(context, there, folder, direction);
  const call = (folder: Folder, { here, there: other, file }: Sides, more: Partial<RsyncCall>): RsyncCall => {
    const remote = `${there.ssh ? `${there.ssh.host}:` : ''}${other}/`;
    const [from, to] = direction === 'push' ? [`${here}/`, remote] : [remote, `${here}/`];
    return {
      here: there.rsyncHere as RsyncVersion,
      there: there.rsync as RsyncVersion,
      direction,
      ssh: there.ssh,
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
  const rsync = (args: readonly string[], onLine?: (line: string) => void) =>
    // The C locale: every byte that is not ASCII comes as an escape, and names are bytes.
    host.processes.run('rsync', args, {
      cwd: root,
      env: { LC_ALL: 'C' },
      encoding: 'latin1',
      guarded: true,
      ...(onLine ? { onLine } : {}),
    });
  const other = filesThere(there);
  const sized = there.rsyncHere?.flavour !== 'old';

  return {
    async compare(folder, { deletions, checksum, update = false }: Compare) {
      const at = sides(folder);
      // Nothing there yet: compared with a folder that does not exist, here, since rsync wants its parent.
      const nowhere =
        at.target === 'missing' ? { to: path.join(root, '.just-lora-nowhere/'), ...(direction === 'push' ? { ssh: undefined } : {}) } : {};
      const listDeletions = deletions && at.file === undefined && at.target !== 'missing';
      const args = rsyncArgs(call(folder, at, { dryRun: true, listDeletions, checksum, update, ...nowhere }));
      const result = await retrying(
        context,
        async () => asTry(await rsync(args)),
        async () => dropMaster(context, there),
        ({ exitCode, text }) => sourceFault(exitCode, text) ?? remoteFault(there.remote, exitCode, text, direction),
      );
      return readComparison(folder, at, result.stdout, sized, (name) =>
        direction === 'push' ? host.tree.look(at.here, name)?.size : undefined,
      );
    },

    async transfer(folder, changes, { checksum, tell, note }: Move) {
      const at = sides(folder);
      const stage = direction === 'pull' ? incomingFolder(at.here) : undefined;
      if (stage) host.files.makeFolder(stage);
      const args = rsyncArgs(call(folder, at, { checksum, ...(stage ? { to: `${stage}/`, compareWith: at.here } : {}) }));
      await retrying(
        context,
        async () => {
          const sum = there.rsyncHere?.flavour === 'gnu' ? (bytes: number) => bytes : fileByFile();
          const result = await rsync(args, (line) => {
            const bytes = progressBytes(line);
            if (bytes !== undefined) tell(sum(bytes));
          });
          return asTry(result);
        },
        async ({ exitCode }, pauseMs) => {
          note(`the link broke (exit code ${exitCode}), trying again in ${pauseMs / 1000} s`);
          await dropMaster(context, there);
        },
        ({ exitCode, text }) => sourceFault(exitCode, text) ?? remoteFault(there.remote, exitCode, text, direction),
      );
      if (stage) arrive(context, changes, stage, at.here);
    },

    async remove(folder, changes) {
      if (direction === 'push') return other.remove(folder, changes);
      const { here } = sides(folder);
      for (const { kind, name } of deepestFirst(changes))
        (kind === 'folder' ? host.tree.removeEmptyFolder : host.tree.removeFile)(here, name);
    },

    async newer(folder, changed) {
      const { changes } = await this.compare(folder, { deletions: false, checksum: false, update: true });
      const older = new Set(changes.map(({ name }) => name));
      return new Set(changed.map(({ name }) => name).filter((name) => !older.has(name)));
    },

    async count(folder, side) {
      return side === 'there' ? other.count(folder) : countHere(context, sides(folder).here);
    },

    async names(folder) {
      const at = sides(folder);
      // Compared with nothing, every file that travels is new.
      const { exitCode, stdout, tail } = await rsync(
        rsyncArgs(
          call(folder, at, {
            dryRun: true,
            ssh: undefined,
            from: `${at.here}/${at.file ?? ''}`,
            to: path.join(root, '.just-lora-nowhere/'),
          }),
        ),
      );
      if (exitCode !== 0) throw remoteFault(there.remote, exitCode, tail);
      return readComparison(folder, at, stdout, sized, () => 0)
        .changes.filter(({ kind }) => kind === 'file')
        .map(({ name }) => name);
    },

    readState: other.read,
    writeState: other.write,
    removeState: async () => undefined,
    states: async (folder, side) => (side === 'here' ? statesHere(context, folder) : other.states(folder)),
  };
}

const asTry = ({
  exitCode,
  stdout,
  stderr,
  tail,
}: {
  exitCode: number;
  stdout: string;
  stderr: string;
  tail: string;
}): Try & { stdout: string } => ({
  exitCode,
  text: stderr.trim() === '' ? tail : stderr,
  moved: (literalBytes(stdout) ?? 0) > 0 || stdout.split(/[\r\n]/).some((line) => (progressBytes(line) ?? 0) > 0),
  stdout,
});

/** A connection that broke may look alive to its master for a while: the next try makes a new one. */
export async function dropMaster({ host, root }: Context, { ssh }: There): Promise<void> {
  if (ssh) await host.processes.run('ssh', [...ssh.options, '-O', 'exit', '--', ssh.host], { cwd: root, timeoutMs: 3000 });
}

/** What could not be read at the source, by name. */
function sourceFault(exitCode: number, text: string): UserError | undefined {
  const names = [
    ...text.matchAll(
      /(?:opendir|readlink_stat|link_stat|send_files failed to open|read errors mapping) "([^"]+)"[^\n]*(?:Permission denied|Input\/output error)/g,
    ),
  ].map(([, name = '']) => shownName(unescapeName(name)));
  if (exitCode !== 23 || names.length === 0) return undefined;
  return new UserError({
    code: 'E_SOURCE_UNREADABLE',
    found: `\`${names[0]}\`${names.length > 1 ? ` and ${names.length - 1} more` : ''} cannot be read`,
    needed: 'a source that can be read as a whole',
    fix: `make it readable, or leave it out with \`--exclude\``,
  });
}

function readComparison(
  folder: Folder,
  { file }: Sides,
  stdout: string,
  sized: boolean,
  sizeOf: (name: string) => number | undefined,
): Comparison {
  const base = file === undefined ? folder.name : path.posix.dirname(folder.name);
  const comparison: Comparison & { excluded: number } = { changes: [], excluded: 0, skipped: [] };
  for (const line of stdout.split('\n')) {
    const item = parseItem(line, sized);
    if (item)
      comparison.changes.push({
        action: item.action,
        kind: item.kind,
        folder: base,
        name: item.name,
        bytes: item.bytes ?? sizeOf(item.name) ?? 0,
      });
    else if (hiddenName(line) !== undefined) comparison.excluded++;
    else {
      const skipped = skippedName(line);
      if (skipped !== undefined) comparison.skipped.push(shownName(unescapeName(skipped)));
    }
  }
  return comparison;
}
