import { UserError } from '../../common/errors';
import { type Commit, isByteCount, isCommitHash, isSha1, isSha256 } from '../../untrusted/hashes';
import { type Fields, fieldsOf } from '../../untrusted/json';
import { oneLine } from '../../untrusted/text';
import { repositoryId } from '../model/repository-id';

/**
 * What the Hub, a mirror or whoever stands in their place answered, as values that hold nothing else. Fields that we do not
 * know are nobody's business.
 * Contract: https://huggingface.co/docs/hub/api and huggingface_hub's hf_api.py.
 */

/** What the Hub knows of a revision. */
export interface Revision {
  commit: Commit;
  /** The repository's name today: an old one leads to it. */
  repo: string;
  /** As the model card says it, `llama3.1` for example. */
  license: string | undefined;
}

/** A row of the tree as the Hub's listing has it. Its path is any text yet: {@link ./listed} tells whether it may be a file's. */
export interface TreeRow {
  type: 'file' | 'directory';
  path: string;
  /** Bytes; of an LFS file the Hub tells the file's own size here too. */
  size: number;
  /** Git's SHA-1 of the blob: of an LFS file's pointer. In repositories of SHA-256 a SHA-256. */
  oid: string;
  /** SHA-256 and size of the bytes of an LFS file. */
  lfs?: { oid: string; size: number };
}

/**
 * An answer that does not fit.
 * @param from who answered
 * @param field which field of the answer, as `tree[3].lfs.oid`
 */
export const misfit = (from: string, field: string, value: unknown, needed: string): UserError =>
  new UserError({
    code: 'E_HUB_ANSWER',
    found: `${from} answered \`${field}\` with ${shown(value)}`,
    needed,
    fix: 'run the same command again; where HF_ENDPOINT is a mirror, tell its owner',
  });

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? `\`${oneLine(value, 80)}\`` : String(value);
}

/**
 * The answer about a revision.
 * @param asked the repository and the revision that were asked for: a commit is answered with itself
 * @throws UserError E_HUB_ANSWER
 */
export function revisionIn(value: unknown, asked: { repo: string; revision: string }, from: string): Revision {
  const fields = fieldsOf(value);
  if (!fields) throw misfit(from, 'revision', value, 'an object');
  const { sha, id = asked.repo } = fields;
  if (!isCommitHash(sha)) throw misfit(from, 'sha', sha, 'a commit: 40 hex digits');
  if (isCommitHash(asked.revision) && sha !== asked.revision)
    throw misfit(from, 'sha', sha, `the commit that was asked for: ${asked.revision}`);
  if (typeof id !== 'string' || !repositoryId.test(id)) throw misfit(from, 'id', id, 'a repository: owner/name');
  return { commit: sha, repo: id, license: licenseIn(fields) };
}

/** Told and nothing else, so that another one than the contract's is no fault. */
function licenseIn({ cardData, tags }: Fields): string | undefined {
  const named = fieldsOf(cardData)?.license;
  const tag = Array.isArray(tags) ? tags.find((one) => typeof one === 'string' && one.startsWith('license:')) : undefined;
  const license = typeof named === 'string' ? named : (tag as string | undefined)?.slice('license:'.length);
  return license === undefined ? undefined : oneLine(license, 100) || undefined;
}

/**
 * One page of a tree.
 * @param before rows of the pages before it, for the name of a field
 * @throws UserError E_HUB_ANSWER
 */
export function treeRowsIn(value: unknown, before: number, from: string): TreeRow[] {
  if (!Array.isArray(value)) throw misfit(from, 'tree', value, 'a list of rows');
  return value.map((row: unknown, index) => {
    const at = `tree[${before + index}]`;
    const fields = fieldsOf(row);
    if (!fields) throw misfit(from, at, row, 'an object');
    const { type, path, size, oid, lfs } = fields;
    const refuse = (field: string, wrong: unknown, needed: string) => misfit(from, `${at}.${field}`, wrong, needed);
    if (type !== 'file' && type !== 'directory') throw refuse('type', type, '`file` or `directory`');
    if (typeof path !== 'string') throw refuse('path', path, 'a text');
    if (!isByteCount(size)) throw refuse('size', size, 'bytes: an integer of at least 0');
    if (!isSha1(oid) && !isSha256(oid)) throw refuse('oid', oid, '40 or 64 hex digits');
    if (lfs === undefined || lfs === null) return { type, path, size, oid };
    const large = fieldsOf(lfs);
    if (!large) throw refuse('lfs', lfs, 'an object');
    if (!isSha256(large.oid)) throw refuse('lfs.oid', large.oid, '64 hex digits');
    if (!isByteCount(large.size)) throw refuse('lfs.size', large.size, 'bytes: an integer of at least 0');
    return { type, path, size, oid, lfs: { oid: large.oid, size: large.size } };
  });
}

/**
 * What the next page is asked with, by `Link` (RFC 8288). Only the query is taken: the page itself is asked for where the
 * one before was, whatever place a mirror or an attacker names.
 * @param from who answered, an address
 * @returns `undefined` where no page follows
 * @throws UserError E_HUB_ANSWER
 */
export function nextQueryIn(link: string | undefined, from: string): string | undefined {
  const target = /<([^<>]*)>;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  if (!URL.canParse(target, from)) throw misfit(from, 'Link', target, 'an address');
  return new URL(target, from).search;
}
