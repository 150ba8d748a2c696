import type { Progress } from '../../engine/step';
import { bytesToSend, type FileChange } from '../compare/change';
import type { Folder } from '../compare/folders';
import type { Session, SessionDifference } from './session';

/** Folders that travel side by side: over a far line a small one is mostly waiting. sshd lets ten sessions into a connection by default. */
const atOnce = 3;

/** Sends or fetches what differs, then deletes what is to go. */
export async function applyDiff(
  session: Session,
  { folders, changes, byChecksum }: SessionDifference,
  progress: (progress: Progress) => void,
): Promise<void> {
  const transport = await session.transport();
  const totalBytes = bytesToSend(changes);
  let doneBytes = 0;
  const level = async (folder: Folder, send: readonly FileChange[]) => {
    const size = bytesToSend(send);
    let most = 0;
    const tell = (done: number) => {
      // A second try begins at zero for rsync, but not for who waits.
      const more = Math.max(0, Math.min(done, size) - most);
      most += more;
      doneBytes += more;
      progress({ doneBytes, totalBytes });
    };
    await transport.transfer(folder, send, { checksum: byChecksum, tell, note: (text) => progress({ text, atOnce: true }) });
    tell(size);
  };
  const waiting = folders.flatMap(({ folder, changes: own }) => {
    const send = own.filter(({ action }) => action !== 'deleted');
    return send.length > 0 ? [{ folder, send }] : [];
  });
  while (waiting.length > 0) {
    // What has begun comes to its end, whatever becomes of the others.
    const tries = await Promise.allSettled(waiting.splice(0, atOnce).map(({ folder, send }) => level(folder, send)));
    for (const each of tries) if (each.status === 'rejected') throw each.reason;
  }
  for (const { folder, changes: own } of folders) {
    const deletions = own.filter(({ action }) => action === 'deleted');
    if (deletions.length > 0) await transport.remove(folder, deletions);
  }
}
