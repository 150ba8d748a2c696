import { sha256 } from '../../common/hash';
import { shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import type { Entry } from '../../platform/files/tree-reading';
import { settledMs } from '../../platform/hashing';
import { sha256Here, stateOf } from '../../sync/compare/files-here';
import { recallFolder, rememberFolder } from '../../sync/session/folder-record';
import { isSha256 } from '../../untrusted/hashes';

/** A hash, with what its file, or its files, were like. */
type Known = [state: string, hash: string];
const isKnown = (value: unknown): value is Known => Array.isArray(value) && typeof value[0] === 'string' && isSha256(value[1]);

/** SHA-256 of files of this project, hex: taken only of those that are not what they were when a run took it last. */
export interface HashesHere {
  of(entry: Entry): string | Promise<string>;
  /** Of several files that are one thing. @param state what tells that one of them has changed @param make takes it */
  ofAll(name: string, state: string, youngestMs: number, make: () => string): string;
  /** Keeps them for the next run: not by a look. */
  keep(): void;
}

/** They lie in `.just-lora/sync`, and only spare work. */
export const hashesHere: Resource<HashesHere> = { make: (context) => hashesOf(context) };

/** A file below this is read at once: a stream costs more than its bytes. */
export const smallBytes = 1_000_000;

const [what, files, sets] = ['brought', 'files', 'sets'];

function hashesOf(context: Context): HashesHere {
  const { host, root } = context;
  const known: Record<string, Map<string, Known>> = {
    [files]: recallFolder(context, what, files, isKnown),
    [sets]: recallFolder(context, what, sets, isKnown),
  };
  const next: Record<string, Map<string, Known>> = { [files]: new Map(), [sets]: new Map() };
  const note = (group: string, name: string, state: string, hash: string, youngestMs: number, begunMs: number) => {
    // What changed a moment ago may change again and look the same.
    if (youngestMs < begunMs - settledMs) next[group]?.set(name, [state, hash]);
  };
  const before = (group: string, name: string, state: string): string | undefined => {
    const found = [next, known].map((each) => each[group]?.get(name)).find((each) => each?.[0] === state);
    return found?.[1];
  };
  return {
    of(entry) {
      const [name, state, begunMs] = [shownName(entry.name), stateOf(entry), host.now().getTime()];
      const kept = before(files, name, state);
      const noted = (hash: string) => {
        note(files, name, state, hash, kept ? 0 : Number(entry.changed / 1_000_000n), begunMs);
        return hash;
      };
      if (kept) return noted(kept);
      return entry.size < smallBytes
        ? noted(sha256(host.tree.readWhole(root, entry.name)))
        : sha256Here(context, root, entry.name).then(noted);
    },
    ofAll(name, states, youngestMs, make) {
      const [state, begunMs] = [sha256(states), host.now().getTime()];
      const kept = before(sets, name, state);
      const hash = kept ?? make();
      note(sets, name, state, hash, kept ? 0 : youngestMs, begunMs);
      return hash;
    },
    keep() {
      for (const group of [files, sets]) {
        const [made, was] = [next[group] ?? new Map<string, Known>(), known[group] ?? new Map<string, Known>()];
        const isSame = made.size === was.size && [...made].every(([name, [state]]) => was.get(name)?.[0] === state);
        if (!isSame) rememberFolder(context, what, group, made);
      }
    },
  };
}
