import type { Progress } from '../../engine/step';
import { bytesToSend } from '../compare/change';
import type { Session, SessionDifference } from './session';

/** Sends or fetches what differs, then deletes what is to go. */
export async function applyDiff(
  session: Session,
  { folders, changes, byChecksum }: SessionDifference,
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
    await transport.transfer(folder, send, { checksum: byChecksum, tell, note: (text) => progress({ text, atOnce: true }) });
    before += size;
    most = Math.max(most, before);
    progress({ doneBytes: most, totalBytes });
  }
  for (const { folder, changes: own } of folders) {
    const deletions = own.filter(({ action }) => action === 'deleted');
    if (deletions.length > 0) await transport.remove(folder, deletions);
  }
}
