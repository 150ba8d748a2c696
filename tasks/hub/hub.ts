import type * as http from 'node:http';
import type { Context } from '../core/context';
import type { Resource } from '../core/resources';
import { addressOf } from './endpoint';
import { header, textOf } from './http/answer';
import type { Model } from './models';
import { Requests } from './requests';
import type { TreeRow } from './tree';

/** What the Hub knows of a revision. */
export interface Revision {
  commit: string;
  /** The repository's name today: an old one leads to it. */
  repo: string;
  gated: boolean;
  /** As the model card says it, `llama3.1` for example. */
  license: string | undefined;
}

interface RevisionAnswer {
  sha: string;
  id?: string;
  gated?: unknown;
  cardData?: { license?: string };
  tags?: string[];
}

/**
 * The Hub as one run sees it: what its API knows of models. Reads only.
 * Contract: https://huggingface.co/docs/hub/api and huggingface_hub's hf_api.py.
 */
export class Hub {
  readonly requests: Requests;

  constructor(context: Context) {
    this.requests = new Requests(context);
  }

  /** The commit that a revision is now. @throws UserError */
  async revision({ repo, revision }: Model): Promise<Revision> {
    const body = await this.requests.json({
      address: `/api/models/${addressOf(repo)}/revision/${encodeURIComponent(revision)}`,
      repo,
      revision,
    });
    const { sha, id, gated, cardData, tags } = body.value as RevisionAnswer;
    const license = cardData?.license ?? tags?.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
    return { commit: sha, repo: id ?? repo, gated: Boolean(gated), license };
  }

  /** The same for a glance: one try of three seconds. @throws NetworkError */
  async glance({ repo, revision }: Model): Promise<string | undefined> {
    const { endpoint, patience, connections } = this.requests;
    const url = new URL(`${endpoint}/api/models/${addressOf(repo)}/revision/${encodeURIComponent(revision)}`);
    if (patience.left(url) > 0) return undefined;
    const headers = this.requests.headersFor(url);
    const response = await connections.send(url, { headers, stallMs: 3000, signal: AbortSignal.timeout(3000) });
    const body = await textOf(response, 8_000_000);
    patience.heed(url, response);
    return response.statusCode === 200 ? (JSON.parse(body) as { sha?: string }).sha : undefined;
  }

  /** Every row of the tree of a commit, over all pages. @throws UserError */
  async tree({ repo }: Model, commit: string): Promise<TreeRow[]> {
    const rows: TreeRow[] = [];
    let next: string | undefined = `/api/models/${addressOf(repo)}/tree/${commit}?recursive=true&expand=false`;
    while (next) {
      const { value, response }: { value: unknown; response: http.IncomingMessage } = await this.requests.json({
        address: next,
        repo,
        revision: commit,
      });
      rows.push(...(value as TreeRow[]));
      next = /<([^>]+)>;\s*rel="?next"?/.exec(header(response, 'link') ?? '')?.[1];
    }
    return rows;
  }

  /** Whether the files may really be had: the listing of a gated repository is open to everyone. @throws UserError */
  async probe({ repo }: Model, commit: string, file: string): Promise<void> {
    // A mirror may not know this one.
    const asked = { repo, revision: commit };
    await this.requests.get({ address: `/api/models/${addressOf(repo)}/auth-check`, ...asked, fine: [404, 405, 501] });
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
