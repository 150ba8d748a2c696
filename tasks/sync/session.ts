import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError, usageError } from '../core/errors';
import { byteName } from '../parse/shown-name';
import { bytesToSend, type Change, type Comparison } from './change';
import { noRoom } from './faults';
import { type Direction, type Folder, foldersOf } from './folders';
import { refuseDeletions, refuseEmpty, refuseMissing, refusePlace } from './guards';
import { holdsFiles } from './holds-files';
import { kindNamed } from './kind';
import { type PlanFile, readPlan } from './plan';
import type { There } from './preflight';
import { chosenRemote, type Remote, whereOf } from './remote';
import type { Filters } from './rsync-args';
import { sidesOf } from './sides';
import type { Transport } from './transport';

/** One push or pull: what is asked for, and what has been seen so far. Each look is made once, and shared by the steps. */
export interface Session {
  readonly context: Context;
  readonly direction: Direction;
  readonly remote: Remote;
  readonly folders: readonly Folder[];
  readonly deletes: boolean;
  readonly maxDelete: number | undefined;
  readonly verify: boolean;
  readonly filters: Pick<Filters, 'include' | 'exclude'>;
  /** The plan that is to be carried out. */
  readonly plan: PlanFile | undefined;
  there(): Promise<There>;
  transport(): Promise<Transport>;
  /** What differs now; a moment later the same answer serves again. @throws UserError a guard's */
  difference(fresh?: boolean): Promise<Difference>;
  /** After it nothing that was seen of the files holds. */
  forget(): void;
  /** What has been sent, once something was. */
  sent: { files: number; bytes: number; deleted: number } | undefined;
}

export interface Difference extends Comparison {
  folders: readonly { folder: Folder; changes: Change[] }[];
  /** Found by checksum: size and time are the same. */
  byChecksum: boolean;
  /** Configured, and not there: nothing to do about them. */
  absent: readonly string[];
  empty: readonly string[];
}

const freshMs = 1500;

/** @throws UserError exit code 2 where the options or the remote's settings are wrong */
export function openSession(context: Context, direction: Direction): Session {
  const { plan: planFile, ...asked } = wanted(context, direction);
  const remote = chosenRemote(
    planFile
      ? { ...context, option: (name) => (name === 'remote' ? (context.option(name) ?? planFile.remote.name) : context.option(name)) }
      : context,
  );
  if (planFile && JSON.stringify(planFile.remote) !== JSON.stringify(remote))
    throw new UserError(
      {
        code: 'E_PLAN_STALE',
        found: `the plan is for \`${planFile.remote.name}\` as it was set then (\`${whereOf(planFile.remote)}\`)`,
        fix: `\`npx just sync:${direction} --plan\` makes a new one`,
      },
      2,
    );
  const { deletes, folders } = asked;
  if (deletes && /^(~|\.)\/*$/.test(remote.path))
    throw new UserError(
      {
        code: 'E_DELETE_PLACE',
        found: `\`remotes.${remote.name}.path\` is \`${remote.path}\`: nothing is deleted in a home folder`,
        fix: `give the project a folder of its own as \`remotes.${remote.name}.path\``,
      },
      2,
    );
  const kind = kindNamed(remote.type);
  let there: Promise<There> | undefined;
  let transport: Promise<Transport> | undefined;
  let seen: { atMs: number; difference: Promise<Difference> } | undefined;
  const session: Session = {
    context,
    direction,
    remote,
    ...asked,
    plan: planFile,
    sent: undefined,
    there: () => {
      there ??= kind.lookAt(
        context,
        remote,
        folders.map(({ name }) => byteName(name)),
        direction,
      );
      return there;
    },
    transport: () => {
      transport ??= session.there().then((found) => kind.transport(context, found, direction, asked.filters));
      return transport;
    },
    async difference(fresh = false) {
      const now = context.host.now().getTime();
      if (fresh || !seen || now - seen.atMs > freshMs) {
        const made = { atMs: Number.POSITIVE_INFINITY, difference: compareAll(session) };
        seen = made;
        await made.difference.finally(() => {
          made.atMs = context.host.now().getTime();
        });
      }
      return seen.difference;
    },
    forget() {
      seen = undefined;
      there = undefined;
      transport = undefined;
    },
  };
  return session;
}

/** By size and time; with `--verify` by checksum too, where that finds nothing. */
async function compareAll(session: Session): Promise<Difference> {
  const quick = await compareBy(session, false);
  return session.verify && quick.changes.length === 0 ? compareBy(session, true) : quick;
}

async function compareBy(session: Session, checksum: boolean): Promise<Difference> {
  const { context, direction, folders, deletes } = session;
  const [there, transport] = [await session.there(), await session.transport()];
  if (deletes && direction === 'push') {
    const refused = refusePlace(session.remote.name, there.path, there.real, there.home);
    if (refused) throw refused;
  }
  const [absent, empty, present]: [string[], string[], Folder[]] = [[], [], []];
  for (const folder of folders) {
    const { source } = sidesOf(context, there, folder, direction);
    if (source === 'missing' || source === 'dangling') {
      if (folder.required) throw refuseMissing(folder.name, direction, source);
      absent.push(folder.name);
    } else if (source === 'folder' && direction === 'push' && !holdsFiles(context, folder)) {
      if (deletes && folder.required) throw refuseEmpty(folder.name, direction);
      empty.push(folder.name);
      // Its folders still travel, but nothing is deleted for it.
      if (!deletes) present.push(folder);
    } else present.push(folder);
  }
  const compared = await Promise.all(
    present.map(async (folder) => ({ folder, comparison: await transport.compare(folder, { deletions: deletes, checksum }) })),
  );
  const changes = compared.flatMap(({ comparison }) => comparison.changes);
  if (deletes) await guardDeletions(session, transport, compared, changes);
  await guardRoom(session, there, compared);
  return {
    changes,
    folders: compared.map(({ folder, comparison }) => ({ folder, changes: comparison.changes })),
    excluded: compared.reduce<number | undefined>(
      (sum, { comparison }) => (sum === undefined || comparison.excluded === undefined ? undefined : sum + comparison.excluded),
      0,
    ),
    skipped: compared.flatMap(({ comparison }) => comparison.skipped),
    absent,
    empty,
    byChecksum: checksum,
  };
}

async function guardDeletions(
  session: Session,
  transport: Transport,
  compared: readonly { folder: Folder; comparison: Comparison }[],
  changes: readonly Change[],
): Promise<void> {
  const { context, maxDelete, direction } = session;
  const counts = new Map<string, number>();
  for (const { folder, comparison } of compared) {
    if (!comparison.changes.some(({ action }) => action === 'deleted')) continue;
    if (direction === 'pull' && (await transport.count(folder, 'there')) === 0) throw refuseEmpty(folder.name, direction);
    counts.set(folder.name, await transport.count(folder, direction === 'push' ? 'there' : 'here'));
  }
  const refused = refuseDeletions(changes, counts, { allowed: maxDelete, usual: context.settings.setup.sync.max_delete });
  if (refused) throw refused;
}

async function guardRoom(
  { context, direction, remote }: Session,
  there: There,
  compared: readonly { folder: Folder; comparison: Comparison }[],
): Promise<void> {
  if (direction === 'push') {
    const needed = compared.reduce((sum, { comparison }) => sum + bytesToSend(comparison.changes), 0);
    if (there.freeBytes !== undefined && needed > there.freeBytes)
      throw noRoom('E_REMOTE_FULL', `${remote.name}:${there.path}`, there.freeBytes, needed);
    return;
  }
  // Folders here may lie on disks of their own.
  const disks = new Map<number, { free: number; needed: number; at: string }>();
  for (const { folder, comparison } of compared) {
    const { device, availableBytes, measured } = await context.host.disk.freeSpace(path.join(context.root, folder.name));
    const disk = disks.get(device) ?? { free: availableBytes, needed: 0, at: measured };
    disks.set(device, { ...disk, needed: disk.needed + bytesToSend(comparison.changes) });
  }
  for (const { free, needed, at } of disks.values()) if (needed > free) throw noRoom('E_DISK_FULL', at, free, needed);
}

/** What the command line asks for, or the plan that it names. */
function wanted(
  context: Context,
  direction: Direction,
): Pick<Session, 'folders' | 'deletes' | 'maxDelete' | 'verify' | 'filters' | 'plan'> {
  const file = context.option('plan');
  if (file) {
    const said = ['only', 'include', 'exclude', 'delete', 'max-delete'].find((name) => context.option(name) !== undefined);
    if (said)
      throw usageError(
        `\`--${said}\` is no option of \`--plan=FILE\`: the plan says what is done`,
        `make a plan with it: \`--plan --${said}…\``,
      );
    const plan = readPlan(context, file, direction);
    const { folders, deletes, maxDelete, verify, filters } = plan;
    return { folders, deletes, maxDelete: maxDelete ?? undefined, verify: verify || context.option('verify') !== undefined, filters, plan };
  }
  const { sync } = context.settings.setup;
  return {
    folders: foldersOf(context, direction),
    deletes: context.option('delete') !== undefined,
    maxDelete: wholeNumber(context.option('max-delete')),
    verify: context.option('verify') !== undefined,
    filters: {
      include: [...sync.include, ...context.optionValues('include')],
      exclude: [...sync.exclude, ...context.optionValues('exclude')],
    },
    plan: undefined,
  };
}

function wholeNumber(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw usageError(`\`--max-delete=${value}\` is no number of files`, '`--max-delete=500`, for example');
  return Number(value);
}
