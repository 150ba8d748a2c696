import type { Progress } from '../../engine/step';
import { bytesToSend } from '../compare/change';
import type { Session, SessionDifference } from './session';
import type { Coming, Part } from './transport';

/**
 * Parts that do not touch each other are in lanes of their own. Files of one folder, and a folder within another one, arrive in the
 * same place aside, so they go one behind the other.
 */
export function lanesOf(parts: readonly Part[]): Part[][] {
  const baseOf = ({ folder, send }: Part) => `${send[0]?.folder ?? folder.name}/`;
  let lanes: Part[][] = [];
  for (const part of parts) {
    const base = baseOf(part);
    const touches = (other: Part) => base.startsWith(baseOf(other)) || baseOf(other).startsWith(base);
    const touching = lanes.filter((lane) => lane.some(touches));
    lanes = [...lanes.filter((lane) => !touching.includes(lane)), [...touching.flat(), part]];
  }
  return lanes;
}

/** What a difference has to send or to fetch. What is newer there and is to be replaced has been seen. */
export const comingOf = ({ folders, changes, byChecksum }: SessionDifference): Coming => ({
  parts: folders.flatMap(({ folder, changes: own }) => {
    const send = own.filter(({ action }) => action !== 'deleted');
    return send.length > 0 ? [{ folder, send }] : [];
  }),
  checksum: byChecksum,
  keepNewer: changes.every(({ newer, isSame }) => newer === undefined && !isSame),
});

/** Sends or fetches what differs, then deletes what is to go. */
export async function applyDiff(session: Session, difference: SessionDifference, progress: (progress: Progress) => void): Promise<void> {
  const { folders, changes } = difference;
  const transport = await session.transport();
  const totalBytes = bytesToSend(changes);
  const { parts, ...how } = comingOf(difference);
  let doneBytes = 0;
  const level = async ({ folder, send }: Part) => {
    const size = bytesToSend(send);
    let most = 0;
    const tell = (done: number) => {
      // A second try begins at zero for rsync, but not for who waits.
      const more = Math.max(0, Math.min(done, size) - most);
      most += more;
      doneBytes += more;
      progress({ doneBytes, totalBytes });
    };
    await transport.transfer(folder, send, { ...how, tell, note: (text) => progress({ text, atOnce: true }) });
    tell(size);
  };
  const waiting = lanesOf(parts);
  const work = async () => {
    for (let lane = waiting.shift(); lane; lane = waiting.shift()) for (const part of lane) await level(part);
  };
  // What has begun comes to its end, whatever becomes of the others.
  const tries = await Promise.allSettled(Array.from({ length: transport.atOnce }, () => work()));
  for (const each of tries) if (each.status === 'rejected') throw each.reason;
  for (const { folder, changes: own } of folders) {
    const deletions = own.filter(({ action }) => action === 'deleted');
    if (deletions.length > 0) await transport.remove(folder, deletions);
  }
}
