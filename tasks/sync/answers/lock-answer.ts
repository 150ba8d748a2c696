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
  const owner = /^held=([^\n]*)\n?$/.exec(text)?.[1];
  return owner === undefined ? undefined : { state: 'held', owner: oneLine(textName(owner), 200) || 'another machine' };
}
