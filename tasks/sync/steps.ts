import * as path from 'node:path';
import type { Context } from '../core/context';
import type { UserError } from '../core/errors';
import type { Finding, Progress, Step } from '../core/step';
import { bytes, plural, some } from '../core/text';
import { bytesToSend, changeTable, countsText, filesOf, shownChange } from './change';
import { ownExcludes } from './folders';
import { kindNamed } from './kind';
import { markLocal, refuseLocal } from './local-changes';
import { withRemoteLock } from './lock';
import { manifestsAbout } from './manifest';
import { holdToPlan } from './plan';
import { thereText } from './preflight';
import { whereOf } from './remote';
import { fetchRecordsToo } from './run-records';
import type { Difference, Session } from './session';
import { isVouchedFor, manifestsOf, removeManifestsHere, vouch } from './verify';

/** The remote can be reached and worked with. */
export function remoteStep(session: Session): Step {
  return {
    name: 'remote',
    title: `Look at ${session.remote.name}`,
    async check() {
      const there = await session.there();
      const clock =
        Math.abs(there.clockAhead) > 5
          ? {
              warning: `the clock there is ${Math.abs(Math.round(there.clockAhead))} s ${there.clockAhead > 0 ? 'ahead' : 'behind'}: times of files made there are off by as much`,
            }
          : {};
      return {
        state: 'done',
        found: thereText(there, bytes),
        ...clock,
        data: { remote: session.remote.name, path: there.path, transfer: there.transfer },
      };
    },
  };
}

/** Both sides hold the same, as far as it is configured to travel. */
export function syncStep(session: Session): Step {
  const { direction, remote, verify } = session;
  return {
    name: direction,
    title: direction === 'push' ? `Push to ${remote.name}` : `Pull from ${remote.name}`,
    async check(context) {
      // Why is told by the step before this one.
      if (!(await isReached(session))) return { state: 'unknown', found: `\`${remote.name}\` could not be looked at` };
      return check(session, context);
    },
    async plan() {
      if (!(await isReached(session))) return [];
      const { changes } = await session.difference();
      const [send, remove] = [changes.filter(({ action }) => action !== 'deleted'), changes.filter(({ action }) => action === 'deleted')];
      const verb = direction === 'push' ? 'send' : 'fetch';
      const titles = [
        ...(send.length > 0 ? [`${verb} ${plural(filesOf(send).length, 'file')} (${bytes(bytesToSend(send))})`] : []),
        ...(remove.length > 0 ? [`delete ${some(filesOf(remove).map(shownChange))}`] : []),
      ];
      return [
        {
          title: titles.join(', ') || (verify ? 'write the manifest' : 'clear what a broken push left'),
          run: (context, progress) => act(session, context, progress),
        },
      ];
    },
  };
}

const isReached = (session: Session): Promise<boolean> =>
  session.there().then(
    () => true,
    () => false,
  );

async function check(session: Session, context: Context): Promise<Finding> {
  const { direction, remote, verify, sent } = session;
  const there = await session.there();
  const difference = await session.difference();
  const { changes } = difference;
  const notes = notesOf(difference);
  const data = dataOf(session, difference);
  const warning = notes.length > 0 ? { warning: notes.join('; ') } : {};
  if (session.plan && !sent) await holdToPlan(session, session.plan);
  const vouched = !verify || changes.length > 0 || (await isVouchedFor(session));
  if (changes.length === 0 && vouched && !(direction === 'push' && there.locked && !sent)) {
    const what = session.folders.map(({ name }) => name).filter((name) => !difference.absent.includes(name));
    const done = sent
      ? `${plural(sent.files, 'file')} (${bytes(sent.bytes)}) ${direction === 'push' ? 'sent' : 'fetched'}${sent.deleted > 0 ? `, ${sent.deleted} deleted` : ''}`
      : 'nothing to do';
    return {
      state: 'done',
      found: `${done}: ${some(what)} ${what.length === 1 ? 'is' : 'are'} the same here and on \`${whereOf(remote)}\`${verify ? ', by checksum, with a manifest' : ''}`,
      ...warning,
      data,
    };
  }
  if (sent) {
    const names = some(filesOf(changes).map(shownChange)) || 'a folder';
    return {
      state: 'blocked',
      ...(difference.byChecksum
        ? {
            code: 'E_VERIFY',
            found: `${plural(changes.length, 'file')} ${changes.length === 1 ? 'is' : 'are'} not the same by checksum: ${names}`,
            needed: 'the same bytes on both sides',
            fix: 'run the same command again; where it stays so, look at the disks of both sides',
          }
        : {
            code: 'E_CHANGED_WHILE_SENT',
            found: `${plural(changes.length, 'file')} changed on the way: ${names}`,
            needed: 'files that stay as they are while they travel',
            fix: 'let the writer finish, then run the same command again',
          }),
      data,
    };
  }
  if (direction === 'pull') {
    await markChanges(session, context, difference);
    const refused = refuseLocal(changes);
    if (refused && context.option('plan') === undefined && !context.forced('pull'))
      return blocked(refused, { data, ...changeTable(changes, 100) });
  }
  const planning = context.option('plan') === '';
  return {
    state: 'todo',
    found: countsText(changes) || (vouched ? 'a push was cut off' : 'no manifest vouches for the files yet'),
    ...warning,
    ...changeTable(changes, planning ? Number.POSITIVE_INFINITY : 50),
    data,
  } as Finding;
}

async function markChanges(session: Session, context: Context, { folders }: Difference): Promise<void> {
  const transport = await session.transport();
  for (const { folder, changes } of folders) {
    const changed = changes.filter(({ action, kind }) => action === 'changed' && kind === 'file');
    markLocal(context, changes, changed.length > 0 ? await transport.newer(folder, changed) : new Set());
  }
}

async function act(session: Session, context: Context, progress: (progress: Progress) => void): Promise<void> {
  const { direction, verify, remote } = session;
  const hasShell = kindNamed(remote.type).shell !== undefined;
  const note = (text: string) => progress({ text });
  const outdated = (await session.difference()).folders
    .filter(({ changes }) => changes.length > 0)
    .flatMap(({ folder }) => manifestsAbout(folder));
  const work = async (stale: boolean) => {
    const first = await session.difference(stale);
    await level(session, first, progress);
    const deleted = filesOf(first.changes).filter(({ action }) => action === 'deleted').length;
    session.sent = { files: filesOf(first.changes).length - deleted, bytes: bytesToSend(first.changes), deleted };
    if (!verify) return;
    session.forget();
    const manifests = await manifestsOf(session, true);
    // What has the same size and time and other contents shows only now.
    const second = await session.difference();
    if (second.byChecksum && second.changes.length > 0) await level(session, second, progress);
    await vouch(session, manifests);
  };
  if (direction === 'pull') {
    removeManifestsHere(context, outdated);
    await work(false);
    if (hasShell) await fetchRecordsToo(context, remote, (await session.there()).shell);
  } else if (!hasShell) {
    // A store has no place for a lock; each object there is whole or not at all.
    await (await session.transport()).removeState(outdated);
    await work(false);
  } else {
    const there = await session.there();
    const make = session.folders.flatMap(({ name }) => folderOf(context, name));
    await withRemoteLock(session, there, { make, outdated, note }, async ({ waited, broken }) => work(waited || broken));
  }
  session.forget();
}

/** Sends or fetches what differs, then deletes what is to go. */
async function level(
  session: Session,
  { folders, changes, byChecksum }: Difference,
  progress: (progress: Progress) => void,
): Promise<void> {
  const transport = await session.transport();
  const totalBytes = bytesToSend(changes);
  let [before, most] = [0, 0];
  for (const { folder, changes: own } of folders) {
    const send = own.filter(({ action }) => action !== 'deleted');
    if (send.length === 0) continue;
    const size = bytesToSend(send);
    const tell = (done: number) => {
      // A second try begins at zero for rsync, but not for who waits.
      most = Math.max(most, before + Math.min(done, size));
      progress({ doneBytes: most, totalBytes });
    };
    await transport.transfer(folder, send, { checksum: byChecksum, tell, note: (text) => progress({ text }) });
    before += size;
    most = Math.max(most, before);
    progress({ doneBytes: most, totalBytes });
  }
  for (const { folder, changes: own } of folders) {
    const deletions = own.filter(({ action }) => action === 'deleted');
    if (deletions.length > 0) await transport.remove(folder, deletions);
  }
}

/** The folder that must be there for something to arrive: itself, or the one that a file is in. */
function folderOf({ host, root }: Context, name: string): string[] {
  const entry = host.files.stat(`${root}/${name}`);
  if (!entry) return [];
  return [entry.isDirectory() ? name : path.posix.dirname(name)];
}

/** What does not travel, as sentences. */
function notesOf({ excluded, skipped, absent, empty }: Difference): string[] {
  return [
    ...(excluded === undefined || excluded > 0
      ? [
          `left out: ${excluded === undefined ? '' : `${plural(excluded, 'file')} by `}${ownExcludes.join(', ')} and the patterns of the settings`,
        ]
      : []),
    ...(skipped.length > 0 ? [`no plain files, so they do not travel: ${some(skipped)}`] : []),
    ...(absent.length > 0 ? [`not there: ${absent.join(', ')}`] : []),
    ...(empty.length > 0 ? [`empty: ${empty.join(', ')}`] : []),
  ];
}

function dataOf({ remote, direction, sent }: Session, { changes, excluded }: Difference): Record<string, unknown> {
  const count = (action: string) => filesOf(changes).filter((change) => change.action === action).length;
  return {
    remote: remote.name,
    direction,
    files: changes.map((change) => ({
      name: shownChange(change),
      action: change.action,
      kind: change.kind,
      bytes: change.bytes,
      ...(change.newer ? { note: change.newer } : {}),
    })),
    added: count('added'),
    changed: count('changed'),
    deleted: count('deleted'),
    bytes: bytesToSend(changes),
    ...(sent ? { sent } : {}),
    excluded: { patterns: ownExcludes, files: excluded ?? null },
  };
}

const blocked = ({ fault }: UserError, more: Pick<Finding, 'data' | 'table'>): Finding => ({
  state: 'blocked',
  code: fault.code,
  found: fault.found,
  needed: fault.needed ?? '',
  fix: fault.fix,
  ...more,
});
