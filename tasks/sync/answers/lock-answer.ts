import { textName } from '../../common/shown-name';
import { oneLine } from '../../untrusted/text';

/** What the other side says to a push that wants its lock. */
export type LockAnswer =
  /** `broken`: an earlier push was cut off. */
  | { state: 'taken'; broken: boolean }
  /** `owner`: machine and project of who pushes, one line for a person. */
  | { state: 'held'; owner: string };

/** @param text one character a byte @returns undefined where it is none of them */
export function parseLockAnswer(text: string): LockAnswer | undefined {
  if (/^(?:fresh|broken)\nlocked\n?$/.test(text)) return { state: 'taken', broken: text.startsWith('broken') };
  const owner = ownerIn(/^held=([^\n]*)\n?$/.exec(text));
  return owner === undefined ? undefined : { state: 'held', owner };
}

/** What it says to a sign of life: machine and project of who has the lock by now; `undefined` where that is still who asks, or unknown. */
export const parseLostAnswer = (text: string): string | undefined => ownerIn(/^lost=([^\n]*)\n?$/.exec(text));

const ownerIn = (found: RegExpExecArray | null): string | undefined =>
  found?.[1] === undefined ? undefined : oneLine(textName(found[1]), 200) || 'another machine';
