import type { Context } from '../core/context';
import type { UserError } from '../core/errors';
import type { Finding, Progress, Step } from '../core/step';
import { bytes, plural, some } from '../core/text';
import { bytesToSend, changeTable, countsText, filesOf, shownChange } from './change';
import { ownExcludes } from './folders';
import { markLocal, refuseLocal, rememberPulled } from './local-changes';
import { withRemoteLock } from './lock';
import { thereText } from './preflight';
import { whereOf } from './remote';
import type { Difference, Session } from './session';

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
  const { direction, remote } = session;
  return {
    name: direction,
    title: direction === 'push' ? `Push to ${remote.name}` : `Pull from ${remote.name}`,
    async check(context) {
      const reached = await session.there().then(
        () => true,
        () => false,
      );
      // Why is told by the step before this one.
      if (!reached) return { state: 'unknown', found: `\`${remote.name}\` could not be looked at` };
      return check(session, context);
    },
    async plan() {
      const { changes } = await session.difference();
      const [send, remove] = [changes.filter(({ action }) => action !== 'deleted'), changes.filter(({ action }) => action === 'deleted')];
      const verb = direction === 'push' ? 'send' : 'fetch';
      const titles = [
        ...(send.length > 0 ? [`${verb} ${plural(filesOf(send).length, 'file')} (${bytes(bytesToSend(send))})`] : []),
        ...(remove.length > 0 ? [`delete ${some(filesOf(remove).map(shownChange))}`] : []),
      ];
      return [{ title: titles.join(', ') || 'clear what a broken push left', run: (context, progress) => act(session, context, progress) }];
    },
  };
}

async function check(session: Session, context: Context): Promise<Finding> {
  const { direction, remote, verify, sent } = session;
  const there = await session.there();
  let difference = await session.difference();
  if (difference.changes.length === 0 && verify) difference = await session.difference({ checksum: true });
  const { changes } = difference;
  const notes = notesOf(difference);
  const data = dataOf(session, difference);
  const warning = notes.length > 0 ? { warning: notes.join('; ') } : {};
  if (changes.length === 0 && !(direction === 'push' && there.locked && !sent)) {
    const what = session.folders.map(({ name }) => name).filter((name) => !difference.absent.includes(name));
    const done = sent
      ? `${plural(sent.files, 'file')} (${bytes(sent.bytes)}) ${direction === 'push' ? 'sent' : 'fetched'}${sent.deleted > 0 ? `, ${sent.deleted} deleted` : ''}`
      : 'nothing to do';
    return {
      state: 'done',
      found: `${done}: ${some(what)} ${what.length === 1 ? 'is' : 'are'} the same here and on \`${whereOf(remote)}\`${verify ? ', by checksum' : ''}`,
      ...warning,
      data,
    };
  }
  if (sent) {
    const names = some(filesOf(changes).map(shownChange)) || 'a folder';
    return {
      state: 'blocked',
      code: 'E_CHANGED_WHILE_SENT',
      found: `${plural(changes.length, 'file')} changed on the way: ${names}`,
      needed: 'files that stay as they are while they travel',
      fix: 'let the writer finish, then run the same command again',
      data,
    };
  }
  if (direction === 'pull') {
    await markChanges(session, context, difference);
    const refused = refuseLocal(changes);
    if (refused && context.option('plan') === undefined && !context.forced('pull'))
      return blocked(refused, { data, table: changeTable(changes, 100) });
  }
  const planning = context.option('plan') === '';
  return {
    state: 'todo',
    found: countsText(changes) || 'a push was cut off',
    ...warning,
    table: changeTable(changes, planning ? Number.POSITIVE_INFINITY : 50),
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
  const { direction, verify } = session;
  const note = (text: string) => progress({ text });
  const work = async (stale: boolean) => {
    const { folders, changes } = await session.difference({ fresh: stale });
    const transport = await session.transport();
    const totalBytes = bytesToSend(changes);
    let [before, most] = [0, 0];
    for (const { folder, changes: own } of folders) {
      const send = own.filter(({ action }) => action !== 'deleted');
      if (send.length === 0 && !stale) continue;
      const size = bytesToSend(send);
      const tell = (done: number) => {
        // A second try begins at zero for rsync, but not for who waits.
        most = Math.max(most, before + Math.min(done, size));
        progress({ doneBytes: most, totalBytes });
      };
      await transport.transfer(folder, send, { checksum: false, tell, note });
      before += size;
      most = Math.max(most, before);
      progress({ doneBytes: most, totalBytes });
    }
    // Same size and time, other contents: only the checksums tell.
    if (verify)
      for (const { folder, changes: own } of folders)
        await transport.transfer(
          folder,
          own.filter(({ action }) => action !== 'deleted'),
          { checksum: true, tell: () => undefined, note },
        );
    for (const { folder, changes: own } of folders) {
      const deletions = own.filter(({ action }) => action === 'deleted');
      if (deletions.length > 0) await transport.remove(folder, deletions);
    }
    if (direction === 'pull') rememberPulled(context, changes);
    const deleted = filesOf(changes).filter(({ action }) => action === 'deleted').length;
    session.sent = { files: filesOf(changes).length - deleted, bytes: totalBytes, deleted };
  };
  if (direction === 'pull') await work(false);
  else {
    const there = await session.there();
    const make = session.folders
      .filter(({ name }) => there.items.get(name)?.kind !== 'file' && isFolderHere(context, name))
      .map(({ name }) => name);
    await withRemoteLock(session, there, { make, outdated: [], note }, async ({ waited, broken }) => work(waited || broken));
  }
  session.forget();
}

const isFolderHere = ({ host, root }: Context, name: string): boolean => host.files.stat(`${root}/${name}`)?.isDirectory() === true;

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

function dataOf({ remote, direction }: Session, { changes, excluded }: Difference): Record<string, unknown> {
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
