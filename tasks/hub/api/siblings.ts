import type * as http from 'node:http';
import { UserError } from '../../common/errors';
import { isByteCount, isSha1, isSha256 } from '../../untrusted/hashes';
import { fieldsOf } from '../../untrusted/json';
import { header } from '../http/read-body';
import { misfit, type TreeRow } from './answers';
import { addressOf } from './endpoint';
import type { Requests } from './requests';

/** Files that are asked one by one for their size and hash. */
const mostQuestions = 2000;

/**
 * The files of a commit where a mirror has no `/tree/`, as huggingface_hub before 1.0 asks for them: by the list in the answer about
 * the revision, and by what the address of each file says of it where that list tells no hashes.
 * @throws UserError E_HUB_ANSWER
 */
export async function treeBySiblings(requests: Requests, repo: string, commit: string): Promise<TreeRow[]> {
  const { endpoint } = requests;
  const { value } = await requests.json({
    address: `/api/models/${addressOf(repo)}/revision/${encodeURIComponent(commit)}?blobs=true`,
    repo,
    revision: commit,
  });
  const siblings = fieldsOf(value)?.siblings;
  if (!Array.isArray(siblings)) throw misfit(endpoint, 'siblings', siblings, 'a list of files, where `/tree/` is not answered');
  if (siblings.length > mostQuestions) throw misfit(endpoint, 'siblings', siblings.length, `at most ${mostQuestions} files`);
  const rows: TreeRow[] = [];
  for (const [index, sibling] of siblings.entries()) {
    const fields = fieldsOf(sibling);
    const path = fields?.rfilename;
    if (typeof path !== 'string') throw misfit(endpoint, `siblings[${index}].rfilename`, path, 'a text');
    rows.push(rowIn(path, fields ?? {}) ?? (await rowOfFile(requests, repo, commit, path)));
  }
  return rows;
}

/** A sibling that tells all: `blobs=true` of the Hub. */
function rowIn(path: string, { size, blobId, lfs }: Readonly<Record<string, unknown>>): TreeRow | undefined {
  const large = fieldsOf(lfs);
  const sha256 = large?.sha256 ?? large?.oid;
  if (isSha256(sha256) && isByteCount(large?.size)) return largeRow(path, large.size, sha256);
  return isByteCount(size) && isSha1(blobId) && !large ? { type: 'file', path, size, oid: blobId } : undefined;
}

const largeRow = (path: string, size: number, oid: string): TreeRow => ({
  type: 'file',
  path,
  size,
  oid: '0'.repeat(40),
  lfs: { oid, size },
});

/** By the head of its address: `X-Linked-Etag` and `X-Linked-Size` of a large file, else `ETag` and its length. */
async function rowOfFile(requests: Requests, repo: string, commit: string, path: string): Promise<TreeRow> {
  const address = `/${addressOf(repo)}/resolve/${commit}/${addressOf(path)}`;
  const { response } = await requests.get({ address, repo, revision: commit, headers: { Range: 'bytes=0-0' } });
  const etag = (header(response, 'x-linked-etag') ?? header(response, 'etag') ?? '').replace(/^W\//, '').replaceAll('"', '');
  const size = sizeIn(response);
  if (isByteCount(size) && isSha256(etag)) return largeRow(path, size, etag);
  if (isByteCount(size) && isSha1(etag)) return { type: 'file', path, size, oid: etag };
  throw new UserError({
    code: 'E_HUB_ANSWER',
    found: `${requests.endpoint} has no \`/tree/\`, and tells neither size nor hash of \`${path}\``,
    needed: 'a mirror that gives sizes and hashes: nothing is fetched that cannot be checked',
    fix: '`unset HF_ENDPOINT` for the Hub itself, or `export HF_ENDPOINT=` another mirror; a folder that is here comes with `--source=FOLDER`',
  });
}

function sizeIn(response: http.IncomingMessage): number | undefined {
  const linked = header(response, 'x-linked-size');
  const whole = linked ?? /\/(\d+)$/.exec(header(response, 'content-range') ?? '')?.[1];
  if (whole !== undefined) return Number(whole);
  return response.statusCode === 200 ? Number(header(response, 'content-length')) : undefined;
}
