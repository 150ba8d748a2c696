import type { Context } from '../../../engine/context';
import type { Progress } from '../../../engine/step';
import type { Machine } from '../../machine';
import { notAsSent, sendTo } from '../send';
import { appHere } from './app-here';
import { placeAppScript } from './app-script';

/** Bytes that are handed on at once. */
const pieceBytes = 256 * 1024;
/** Exit code of the script there: what came is not what was sent. */
const wrong = 83;

/** Sends just-lora itself. @throws UserError E_CHANGED_WHILE_SENT, and by the fault of the way */
export async function placeApp(context: Context, machine: Machine, tell: (progress: Progress) => void): Promise<void> {
  const app = context.resources.get(context, appHere);
  const archive = await app.archive();
  const totalBytes = archive.length;
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < totalBytes; at += pieceBytes) {
      yield archive.subarray(at, at + pieceBytes);
      tell({ doneBytes: Math.min(totalBytes, at + pieceBytes), totalBytes });
    }
  }
  const { exitCode } = await sendTo(context, machine, placeAppScript, [app.hash], pieces, [wrong]);
  if (exitCode === wrong) throw notAsSent(machine);
}
