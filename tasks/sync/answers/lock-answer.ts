import { textName } from '../../common/shown-name';
import { oneLine } from '../../untrusted/text';

/** What the other side says to a push that wants its lock. */
export type LockAnswer =
  /** `broken`: an earlier push was cut off. `seen`: hashes of what lies in the folders that were asked about, in their order. */
  | { state: 'taken'; broken: boolean; seen: readonly string[] }
  /** `owner`: machine and project of who pushes, one line for a person. */
  | { state: 'held'; owner: string };

/** @param text one character a byte @returns undefined where it is none of them */
export function parseLockAnswer(text: string): LockAnswer | undefined {
  const [, how, seen] = /^(fresh|broken)\n((?:seen=[0-9a-f]*\n)*)locked\n?$/.exec(text) ?? [];
  if (how)
    return {
      state: 'taken',
      broken: how === 'broken',
      seen: (seen ?? '')
        .split('\n')
        .slice(0, -1)
        .map((line) => line.slice(5)),
    };
  const owner = ownerIn(/^held=([^\n]*)\n?$/.exec(text));
  return owner === undefined ? undefined : { state: 'held', owner };
}

/** What it says to a sign of life, and to who gives it back: machine and project of who has the lock by now; `undefined` where that is still who asks, or unknown. */
export const parseLostAnswer = (text: string): string | undefined => ownerIn(/^lost=([^\n]*)\n?$/.exec(text));

const ownerIn = (found: RegExpExecArray | null): string | undefined =>
  found?.[1] === undefined ? undefined : oneLine(textName(found[1]), 200) || 'another machine';
