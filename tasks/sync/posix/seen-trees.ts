import { sha256 } from '../../common/hash';
import { heard } from '../answers/answer';
import { parseTree, type Tree } from '../answers/tree';
import type { AskedList } from '../compare/worth-a-list';
import type { Remote } from '../remotes/remote';

/** What the look listed of folders there. It holds until something is brought there or fetched from there. */
export interface SeenTrees {
  /**
   * @param folder of the project
   * @returns `undefined` where it was not listed, or not to its end
   * @throws UserError E_REMOTE_ANSWER for a name that is no path below the folder
   */
  of(folder: string): Tree | undefined;
  /** The same of this side, read when it is asked for. */
  here(folder: string): Tree | undefined;
  /** By folder, the SHA-256 of each list that was asked for: whether it is still so is told without it. */
  hashes(): ReadonlyMap<string, string>;
  forget(): void;
}

/** @param texts by folder, as the look printed them */
export function seenTrees(remote: Remote, asked: readonly AskedList[], texts: ReadonlyMap<string, string>): SeenTrees {
  const left = new Map(texts);
  const read = new Map<string, Tree | undefined>();
  return {
    of(folder) {
      const text = left.get(folder);
      const mostBytes = asked.find(({ name }) => name === folder)?.mostBytes ?? 0;
      if (text !== undefined && !read.has(folder))
        read.set(
          folder,
          heard(remote, () => parseTree(text, mostBytes)),
        );
      return read.get(folder);
    },
    here: (folder) => asked.find(({ name }) => name === folder)?.here(),
    hashes: () =>
      new Map([...read].flatMap(([folder, tree]) => (tree ? [[folder, sha256(Buffer.from(left.get(folder) ?? '', 'latin1'))]] : []))),
    forget() {
      left.clear();
      read.clear();
    },
  };
}
