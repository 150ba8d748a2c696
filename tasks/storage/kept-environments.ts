import { bytes, shellWord } from '../common/format';
import type { Context } from '../engine/context';
import { shown } from '../engine/paths';
import { keptTrainingEnvironments } from '../environments/training/kept';

/** A training environment of another profile that waits beside the one in use. */
export interface KeptRoom {
  profile: string;
  folder: string;
  bytes: number;
}

/** The room that they take; measured by a walk through each. Files that the package cache shares with them are counted too. */
export async function keptRoom(context: Context, measure: (folder: string) => Promise<number>): Promise<KeptRoom[]> {
  const rooms: KeptRoom[] = [];
  for (const { name, place } of keptTrainingEnvironments(context))
    rooms.push({ profile: name, folder: shown(context.root, place), bytes: await measure(place) });
  return rooms;
}

/** Each with the command that removes it, as the end of a sentence; empty where there is none. */
export const keptText = (rooms: readonly KeptRoom[]): string =>
  rooms
    .map(
      (room) => `; ${bytes(room.bytes)} of ${room.profile}, kept beside the environment: \`rm -rf ${shellWord(room.folder)}\` removes it`,
    )
    .join('');
