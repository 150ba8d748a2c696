import { sha256 } from '../../common/hash';
import type { Context } from '../../engine/context';
import { remoteAddress } from '../remotes/address';
import type { Remote } from '../remotes/remote';
import { dropFiles, hasRecord, keepFiles, recallFiles, recordsLike } from './file-record';
import { isAlike, stampOf } from './stamps';

/*
 * How files looked when they were last the same here and at one place of a remote, `.just-lora/sync/synced-REMOTE-….json`: one stamp
 * where they looked alike, else the one there and the one here behind it. Whichever side looks otherwise later was changed there.
 */

/** What a file looked like on both sides, as stamps. */
export interface Synced {
  there: string;
  here: string;
}

/** One place of one remote: the same name may mean another machine tomorrow. */
const placeOf = (remote: Remote): string => `${remote.name}-${sha256(remoteAddress(remote)).slice(0, 8)}`;

const beginning = 'synced-';
const syncedWith = (remote: Remote): string => `${beginning}${placeOf(remote)}`;
/** What is on its way to a store (guards/sending.ts). */
export const sendingTo = (remote: Remote): string => `sending-${placeOf(remote)}`;
/** What is on its way to a machine (guards/underway.ts). */
export const underwayTo = (remote: Remote): string => `underway-${placeOf(remote)}`;

/*
 * Earlier versions remembered of a push what files looked like there, and of a pull, for all remotes in one record, what they looked
 * like here and where they came from. The transfer keeps times, so that either tells of both sides.
 */
const pushedTo = (remote: Remote): string => `pushed-${placeOf(remote)}`;
const pulled = 'pulled';

/** What is remembered of a place, by the names of records: for {@link syncedIn}. */
export type SyncedRecord = Map<string, string>;

/** What is remembered of the files at the remote's place. */
export function recallSynced(context: Context, remote: Remote): SyncedRecord {
  if (hasRecord(context, syncedWith(remote))) return recallFiles(context, syncedWith(remote));
  const own = [...recallFiles(context, pulled)].filter(([, text]) => pulledFrom(text) === placeOf(remote));
  return new Map([...own.map(([name, text]) => [name, pulledStamp(text)] as const), ...recallFiles(context, pushedTo(remote))]);
}

/** Writes what is remembered of a place; what earlier versions knew of it is in that. */
export function keepSynced(context: Context, remote: Remote, record: SyncedRecord): void {
  const isFirst = !hasRecord(context, syncedWith(remote));
  keepFiles(context, syncedWith(remote), record);
  if (!isFirst) return;
  dropFiles(context, pushedTo(remote));
  const before = recallFiles(context, pulled);
  if (before.size === 0) return;
  const others = new Map([...before].filter(([, text]) => pulledFrom(text) !== placeOf(remote)));
  if (others.size === 0) dropFiles(context, pulled);
  else if (others.size < before.size) keepFiles(context, pulled, others);
}

/** @param text of a record */
export function syncedIn(text: string): Synced {
  const [size, time, sizeHere, timeHere] = text.split(' ');
  const there = `${size} ${time}`;
  return { there, here: sizeHere === undefined || timeHere === undefined ? there : `${sizeHere} ${timeHere}` };
}

/** How a record has it. */
export const syncedText = ({ there, here }: Synced): string => (isAlike(there, here) ? there : `${there} ${here}`);

/** What files here looked like when they were the same as at other places, or at one that an earlier version does not tell. */
export function recallElsewhere(context: Context, remote: Remote): (name: string) => string[] {
  const records = recordsLike(context, beginning)
    .filter((what) => what !== syncedWith(remote))
    .map((what) => recallFiles(context, what));
  const before = recallFiles(context, pulled);
  return (name) => {
    const text = before.get(name);
    const own = records.flatMap((record) => record.get(name) ?? []).map((each) => syncedIn(each).here);
    return text === undefined ? own : [...own, pulledStamp(text)];
  };
}

/** Which files came from a place that an earlier version does not tell: from here, for all that is known. */
export function recallUnplaced(context: Context): ReadonlySet<string> {
  return new Set([...recallFiles(context, pulled)].flatMap(([name, text]) => (pulledFrom(text) === undefined ? [name] : [])));
}

/** Of a record of pulls, `SIZE NANOSECONDS PLACE`. */
const pulledFrom = (text: string): string | undefined => text.split(' ')[2];

function pulledStamp(text: string): string {
  const [size = '', time = ''] = text.split(' ');
  return /^-?\d+$/.test(time) ? stampOf({ size: Number(size), modified: BigInt(time) }) : '';
}
