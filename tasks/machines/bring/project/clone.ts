import { createHash } from 'node:crypto';
import { plural } from '../../../common/format';
import { sha256 } from '../../../common/hash';
import type { Context } from '../../../engine/context';
import { askGit } from '../../../engine/git';
import type { Commit } from '../../../untrusted/hashes';
import type { RelativeName } from '../../../untrusted/names';

/** The clone there, by the commits that are here. */
export interface Clone {
  /** The end of a sentence: `3 commits behind`. */
  text: string;
  /** Content of a name at its commit, as {@link FileHere.content}; `undefined` where it has none, or the commit is not here. */
  contentOf(name: RelativeName): Promise<string | undefined>;
}

const unknown = async () => undefined;

/** @param head the commit here @param commit the one there */
export async function cloneOf(context: Context, head: string | undefined, commit: Commit | undefined): Promise<Clone> {
  if (commit === undefined) return { text: 'at a commit that it does not tell', contentOf: unknown };
  const short = commit.slice(0, 8);
  const count = async (range: string): Promise<number | undefined> => {
    const { exitCode, stdout } = await askGit(context, ['rev-list', '--count', range, '--']);
    return exitCode === 0 ? Number(stdout.trim()) : undefined;
  };
  const [behind, ahead] = head ? await Promise.all([count(`${commit}..${head}`), count(`${head}..${commit}`)]) : [];
  if (behind === undefined || ahead === undefined) return { text: `at ${short}, a commit that is not here`, contentOf: unknown };
  const text =
    behind === 0 && ahead === 0
      ? 'at the same commit'
      : [...(behind ? [`${plural(behind, 'commit')} behind`] : []), ...(ahead ? [`${plural(ahead, 'commit')} ahead`] : [])].join(' and ');
  let blobs: Promise<Map<string, string>> | undefined;
  const contents = new Map<string, Promise<string | undefined>>();
  return {
    text,
    async contentOf(name) {
      blobs ??= blobsAt(context, commit);
      const blob = (await blobs).get(name);
      if (blob === undefined) return undefined;
      const content = contents.get(name) ?? contentOfBlob(context, blob);
      contents.set(name, content);
      return content;
    },
  };
}

/** Files and links of a commit below the project: `l` or `f` and the hash of the blob, by name of bytes. */
async function blobsAt(context: Context, commit: Commit): Promise<Map<string, string>> {
  const { stdout } = await askGit(context, ['ls-tree', '-r', '-z', commit], { encoding: 'latin1' });
  return new Map(
    stdout.split('\0').flatMap((line): [string, string][] => {
      const [, mode, blob, name] = /^(\d{6}) blob ([0-9a-f]{40,64})\t(.+)$/s.exec(line) ?? [];
      return mode && blob && name ? [[name, `${mode === '120000' ? 'l' : 'f'}${blob}`]] : [];
    }),
  );
}

/** @param blob its hash behind `l` or `f` */
async function contentOfBlob(context: Context, blob: string): Promise<string | undefined> {
  const id = blob.slice(1);
  const { exitCode, stdout } = await askGit(context, ['cat-file', 'blob', id], { encoding: 'latin1' });
  if (exitCode !== 0) return undefined;
  // What a program prints comes without its last line break: the hash tells which one that was.
  const bytes = ['', '\n', '\r\n'].map((end) => Buffer.from(stdout + end, 'latin1')).find((each) => blobId(each, id.length) === id);
  return bytes && `${blob[0]}${sha256(bytes)}`;
}

/** As git names a blob (gitformat-pack(5)): the repository's hash of a header and the bytes. */
const blobId = (bytes: Buffer, digits: number): string =>
  createHash(digits === 40 ? 'sha1' : 'sha256')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
