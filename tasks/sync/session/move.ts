import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { bytesToSend, changedFiles } from '../compare/change';
import { compareAll } from '../compare/difference';
import { canBeLevel, isLevel, type StatesThere } from '../compare/level';
import { manifestsAbout } from '../compare/manifest';
import { manifestsOf, removeManifestsHere, writeManifests } from '../compare/verify';
import { guardNames } from '../guards/colliding-names';
import { rememberVolume } from '../guards/mounted';
import { refuseUnseen } from '../guards/overwrites';
import { forgetSent } from '../guards/sending';
import { rememberPushed } from '../guards/synced';
import { rememberUnderway } from '../guards/underway';
import { fetchRecordsToo } from '../posix/run-records';
import { applyDiff } from './apply-diff';
import { holdToPlan } from './plan';
import type { Session, SessionDifference } from './session';

/** Pushes or pulls what a look saw to differ, and with `--verify` vouches for it. What was seen before does not hold after it. */
export async function moveFiles(
  session: Session,
  seen: SessionDifference,
  context: Context,
  progress: (progress: Progress) => void,
): Promise<void> {
  const { direction } = session;
  const outdated = seen.folders.filter(({ changes }) => changes.length > 0).flatMap(({ folder }) => manifestsAbout(folder));
  const work = async (stale: boolean) => {
    await levelAndCount(session, stale ? await seenAnew(session) : seen, progress);
    if (session.verify) await levelByChecksum(session, progress);
  };
  if (direction === 'push') {
    const make = session.folders.flatMap(({ name }) => folderOf(context, name));
    const transport = await session.transport();
    await transport.alone({ make, outdated, note: (text) => progress({ text, atOnce: true }) }, work);
  } else {
    removeManifestsHere(context, outdated);
    await work(false);
    const { remote, shell } = await session.there();
    if (shell) await fetchRecordsToo(context, remote, shell);
  }
  if (!session.ahead) await session.arrived();
}

/** Another push was at work meanwhile: what it has sent is not replaced unseen either. @throws UserError E_REMOTE_CHANGES, E_TOO_MANY_DELETIONS, E_PLAN_STALE */
async function seenAnew(session: Session): Promise<SessionDifference> {
  session.forget();
  const difference = await compareAll(session);
  if (session.plan) await holdToPlan(session, session.plan, difference);
  const refused = await refuseUnseen(session, difference);
  if (refused) throw refused;
  return difference;
}

async function levelAndCount(session: Session, difference: SessionDifference, progress: (progress: Progress) => void): Promise<void> {
  for (const { folder, changes } of difference.folders) if (changes.length > 0) await guardNames(session, folder, changes, 'try');
  const isStore = !(await session.there()).shell;
  if (session.direction === 'push' && !isStore) rememberUnderway(session, difference);
  await applyDiff(session, difference, progress);
  // A store is compared by this record too.
  if (isStore) await rememberSent(session, difference);
  const states = isStore || session.verify || !canBeLevel(session, difference) ? undefined : statesThere(session, difference.folders);
  if (!session.verify) await compareAhead(session, difference, states);
  if (!isStore) await rememberSent(session, difference, states);
  if (session.direction === 'push' && session.remote.type === 'local')
    rememberVolume(session.context, session.remote, (await session.there()).path);
  const files = changedFiles(difference.changes);
  const deleted = files.filter(({ action }) => action === 'deleted').length;
  session.sent = { files: files.length - deleted, bytes: bytesToSend(difference.changes), deleted };
}

async function rememberSent(session: Session, difference: SessionDifference, states?: Promise<StatesThere>): Promise<void> {
  if (session.direction !== 'push') return;
  const sent = difference.folders.filter(({ changes }) => changes.length > 0);
  await rememberPushed(session, difference, await (states ?? statesThere(session, sent)));
  forgetSent(session);
}

async function statesThere(session: Session, folders: SessionDifference['folders']): Promise<StatesThere> {
  const transport = await session.transport();
  return new Map(await Promise.all(folders.map(async ({ folder }) => [folder.name, await transport.states(folder, 'there')] as const)));
}

/** Begins the look behind the transfer, so that it goes on beside what is still to be written down: over a far line both are mostly waiting. */
async function compareAhead(session: Session, seen: SessionDifference, states: Promise<StatesThere> | undefined): Promise<void> {
  await session.arrived();
  session.ahead = lookBehind(session, seen, states);
  // Told where it is asked for.
  session.ahead.catch(() => undefined);
}

async function lookBehind(session: Session, seen: SessionDifference, states: Promise<StatesThere> | undefined): Promise<SessionDifference> {
  if (!states || !(await isLevel(session, seen, await states))) return compareAll(session);
  return { ...seen, changes: [], folders: seen.folders.map(({ folder }) => ({ folder, changes: [] })) };
}

/** What has the same size and time and other contents shows only now. */
async function levelByChecksum(session: Session, progress: (progress: Progress) => void): Promise<void> {
  session.forget();
  const manifests = await manifestsOf(session, true);
  const difference = await compareAll(session);
  if (difference.byChecksum && difference.changes.length > 0) {
    await applyDiff(session, difference, progress);
    // A store gives what is mended there a time of its own.
    await rememberSent(session, difference);
  }
  await writeManifests(session, manifests);
}

/** The folder that must be there for something to arrive: itself, or the one that a file is in. */
function folderOf({ host, root }: Context, name: string): string[] {
  const entry = host.files.stat(`${root}/${name}`);
  if (!entry) return [];
  return [entry.isDirectory() ? name : path.posix.dirname(name)];
}
