import { heard } from '../answers/answer';
import { parseTree, type Tree } from '../answers/tree';
import type { Remote } from '../remotes/remote';
import { mostTreeBytes } from './scripts/look-script';

/** What the look listed of folders there. It holds until something is brought there or fetched from there. */
export interface SeenTrees {
  /**
   * @param folder of the project
   * @returns `undefined` where it was not listed, or not to its end
   * @throws UserError E_REMOTE_ANSWER for a name that is no path below the folder
   */
  of(folder: string): Tree | undefined;
  forget(): void;
}

/** @param texts by folder, as the look printed them */
export function seenTrees(remote: Remote, texts: ReadonlyMap<string, string>): SeenTrees {
  const left = new Map(texts);
  const read = new Map<string, Tree | undefined>();
  return {
    of(folder) {
      const text = left.get(folder);
      if (text !== undefined && !read.has(folder))
        read.set(
          folder,
          heard(remote, () => parseTree(text, mostTreeBytes)),
        );
      return read.get(folder);
    },
    forget() {
      left.clear();
      read.clear();
    },
  };
}
