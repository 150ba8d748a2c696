import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { bytesToSend, changedFiles } from '../compare/change';
import { compareAll } from '../compare/difference';
import { canBeLevel, isLevel } from '../compare/level';
import { manifestsAbout } from '../compare/manifest';
import { manifestsOf, removeManifestsHere, writeManifests } from '../compare/verify';
import { guardNames } from '../guards/colliding-names';
import { rememberVolume } from '../guards/mounted';
import { refuseUnseen } from '../guards/overwrites';
import { forgetSent } from '../guards/sending';
import { rememberPushed } from '../guards/synced';
import { rememberUnderway } from '../guards/underway';
import { fetchRecordsToo } from '../posix/run-records';
import { applyDiff, comingOf } from './apply-diff';
import { holdToPlan } from './plan';
import type { Session, SessionDifference } from './session';
import type { StatesThere } from './transport';

/** Pushes or pulls what a look saw to differ, and with `--verify` vouches for it. What was seen before does not hold after it. */
export async function moveFiles(
  session: Session,
  seen: SessionDifference,
  context: Context,
  progress: (progress: Progress) => void,
): Promise<void> {
  const outdated = seen.folders.filter(({ changes }) => changes.length > 0).flatMap(({ folder }) => manifestsAbout(folder));
  if (session.direction === 'push') await push(session, seen, outdated, progress);
  else {
    removeManifestsHere(context, outdated);
    await bring(session, seen, progress);
    await settle(session, seen, (await canTellByList(session, seen)) ? statesThere(session, seen.folders) : undefined, progress);
    const { remote, shell } = await session.there();
    if (shell) await fetchRecordsToo(context, remote, shell);
  }
  if (!session.ahead) await session.arrived();
}

async function push(
  session: Session,
  seen: SessionDifference,
  outdated: readonly string[],
  progress: (progress: Progress) => void,
): Promise<void> {
  const make = session.folders.flatMap(({ name }) => folderOf(session.context, name));
  let difference = seen;
  let isSettled = false;
  const work = async (stale: boolean) => {
    if (stale) difference = await seenAnew(session);
    await bring(session, difference, progress);
    // What a list tells is told by the question with which the lock is given back.
    if (await canTellByList(session, difference)) return difference.folders.map(({ folder }) => folder);
    await settle(session, difference, undefined, progress);
    isSettled = true;
    return [];
  };
  const transport = await session.transport();
  const note = (text: string) => progress({ text, atOnce: true });
  const states = await transport.alone({ make, outdated, coming: comingOf(seen), note }, work);
  if (!isSettled) await settle(session, difference, states ? Promise.resolve(states) : statesThere(session, difference.folders), progress);
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

async function bring(session: Session, difference: SessionDifference, progress: (progress: Progress) => void): Promise<void> {
  for (const { folder, changes } of difference.folders) if (changes.length > 0) await guardNames(session, folder, changes, 'try');
  if (session.direction === 'push' && !(await isStore(session))) rememberUnderway(session, difference);
  await applyDiff(session, difference, progress);
}

/** Whether a list of the other side is enough to look behind a transfer. */
const canTellByList = async (session: Session, difference: SessionDifference): Promise<boolean> =>
  !session.verify && canBeLevel(session, difference) && !(await isStore(session));

/** Looks whether all has arrived, and remembers it. @param states of the folders there, behind the transfer */
async function settle(
  session: Session,
  difference: SessionDifference,
  states: Promise<StatesThere> | undefined,
  progress: (progress: Progress) => void,
): Promise<void> {
  const before = await isStore(session);
  // A store is compared by this record too.
  if (before) await rememberSent(session, difference);
  if (!session.verify) await compareAhead(session, difference, states);
  if (!before) await rememberSent(session, difference, states);
  if (session.direction === 'push' && session.remote.type === 'local')
    rememberVolume(session.context, session.remote, (await session.there()).path);
  const files = changedFiles(difference.changes);
  const deleted = files.filter(({ action }) => action === 'deleted').length;
  session.sent = { files: files.length - deleted, bytes: bytesToSend(difference.changes), deleted };
  if (session.verify) await levelByChecksum(session, progress);
}

/** A store has no shell: what is not known from a list of its own is asked of rclone. */
const isStore = async (session: Session): Promise<boolean> => !(await session.there()).shell;

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
