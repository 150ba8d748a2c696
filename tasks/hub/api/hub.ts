import type * as http from 'node:http';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import type { Commit } from '../../untrusted/hashes';
import { tryParse } from '../../untrusted/json';
import { NetworkError } from '../http/network-error';
import { discardBody, header, readText } from '../http/read-body';
import type { Model } from '../model/models';
import { misfit, nextQueryIn, type Revision, revisionIn, type TreeRow, treeRowsIn } from './answers';
import { addressOf } from './endpoint';
import { Requests } from './requests';
import { treeBySiblings } from './siblings';
import type { Token } from './token';

/** A glance at a branch, in milliseconds. */
const glanceMs = 3000;
/** Files of a repository, with its folders; the Hub advises against more than 100,000. */
const mostRows = 500_000;
/** A list takes as long as so many answers may take, and no longer. */
const mostAnswers = 20;

/** How a mirror answers that does not know the listing of a commit. */
const noTree: readonly number[] = [404, 405, 501];

/**
 * The Hub as one run sees it: what its API knows of models. Reads only.
 */
export class Hub {
  readonly requests: Requests;

  /** @param token as it was found before */
  constructor(context: Context, token?: Token) {
    this.requests = new Requests(context, token);
  }

  /** The commit that a revision is now. @throws UserError */
  async revision({ repo, revision }: Model): Promise<Revision> {
    const body = await this.requests.json({
      address: `/api/models/${addressOf(repo)}/revision/${encodeURIComponent(revision)}`,
      repo,
      revision,
    });
    return revisionIn(body.value, { repo, revision }, this.requests.endpoint);
  }

  /**
   * The commit that a revision is now, at a glance: one try of three seconds.
   * @returns `undefined` where the Hub cannot be reached, does not answer in that time, asks for patience, or has another answer than 200
   * @throws UserError E_HUB_ANSWER where what it answers does not fit; Interrupted
   */
  async glance({ repo, revision }: Model): Promise<Commit | undefined> {
    const { endpoint, patience } = this.requests;
    const url = new URL(`${endpoint}/api/models/${addressOf(repo)}/revision/${encodeURIComponent(revision)}`);
    if (patience.left(url) > 0) return undefined;
    const read = async (response: http.IncomingMessage) => {
      patience.observe(url, response);
      if (response.statusCode !== 200) return discardBody(response);
      return revisionIn(tryParse(await readText(response, 8_000_000, endpoint)), { repo, revision }, endpoint).commit;
    };
    try {
      return (await this.requests.once(url, {}, read, glanceMs)) ?? undefined;
    } catch (error) {
      if (error instanceof NetworkError) return undefined;
      throw error;
    }
  }

  /**
   * Every row of the tree of a commit, over all pages.
   * @throws UserError E_HUB_ANSWER where a row does not fit, or the pages do not come to an end
   */
  async tree({ repo }: Model, commit: Commit): Promise<TreeRow[]> {
    const { endpoint, answerMs } = this.requests;
    const rows: TreeRow[] = [];
    const seen = new Set<string>();
    const begun = performance.now();
    const top = `/api/models/${addressOf(repo)}/tree/${commit}`;
    let query: string | undefined = '?recursive=true&expand=false';
    while (query !== undefined) {
      const asked = { address: top + query, repo, revision: commit };
      const { body, response } = await this.requests.get({ ...asked, bodyBytes: 64_000_000, acceptStatuses: noTree });
      if (noTree.includes(response.statusCode ?? 0)) {
        // The Hub says with a code of its own that it has no such repository or revision.
        if (rows.length > 0 || header(response, 'x-error-code')) throw await this.requests.refused(response, body, repo, commit);
        return treeBySiblings(this.requests, repo, commit);
      }
      const value = this.requests.parsed(body);
      for (const row of treeRowsIn(value, rows.length, endpoint)) {
        if (seen.has(row.path)) throw misfit(endpoint, `tree[${rows.length}].path`, row.path, 'each path once, and pages that move on');
        seen.add(row.path);
        rows.push(row);
      }
      const isEmpty = Array.isArray(value) && value.length === 0;
      query = nextQueryIn(header(response, 'link'), endpoint);
      if (isEmpty && query !== undefined) throw misfit(endpoint, 'tree', '[]', 'rows on each page that another one follows');
      if (rows.length > mostRows) throw misfit(endpoint, 'tree', rows.length, `at most ${mostRows} rows`);
      if (performance.now() - begun > mostAnswers * answerMs)
        throw misfit(endpoint, 'tree', rows.length, `all rows within ${(mostAnswers * answerMs) / 1000} s`);
    }
    return rows;
  }

  /** Whether the files may really be had: the listing of a gated repository is open to everyone. @throws UserError */
  async probe({ repo }: Model, commit: string, file: string): Promise<void> {
    // A mirror may not know this one.
    const asked = { repo, revision: commit };
    await this.requests.get({ address: `/api/models/${addressOf(repo)}/auth-check`, ...asked, acceptStatuses: [404, 405, 501] });
    await this.requests.get({ address: this.pathOf(repo, commit, file), ...asked, headers: { Range: 'bytes=0-0' } });
  }

  /** The text of a small file. @throws UserError */
  async text({ repo }: Model, commit: string, file: string): Promise<string> {
    const { body } = await this.requests.get({ address: this.pathOf(repo, commit, file), repo, revision: commit, bodyBytes: 16_000_000 });
    return body;
  }

  /** Where a file of a commit is had. */
  pathOf = (repo: string, commit: string, file: string): string => `/${addressOf(repo)}/resolve/${commit}/${addressOf(file)}`;
}

const hub: Resource<Hub> = { make: (context) => new Hub(context), close: ({ requests }) => requests.connections.close() };

/** The Hub of a run: one for all its steps, over connections that are kept open. */
export const hubOf = (context: Context): Hub => context.resources.get(context, hub);
