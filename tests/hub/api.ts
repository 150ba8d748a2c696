import type { Blob, Repository } from './repositories';
import type { Hub, Seen } from './server';

/** An answer before anything goes wrong with it: a text, or the bytes of a file. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  blob?: Blob;
}

const refusal = (status: number, code: string | undefined, message: string): Answer => ({
  status,
  headers: { ...(code ? { 'X-Error-Code': code } : {}), 'X-Error-Message': message },
  body: JSON.stringify({ error: message }),
});

const json = (value: unknown, headers: Record<string, string> = {}): Answer => ({ status: 200, headers, body: JSON.stringify(value) });

/** Makes the CDN's address of a file; huggingface_hub asks a CDN of the same host name for the commit too. */
export type Signer = (blob: Blob, path: string, commit: string) => string;

/** What the Hub answers: its API and the `resolve` addresses of files. */
export function answerApi(hub: Hub, seen: Seen, body: string, signed: Signer): Answer {
  const url = new URL(seen.url, hub.url);
  const api = /^\/api\/models\/([^/]+\/[^/]+)(?:\/(revision|tree|paths-info|auth-check)(?:\/([^/]+))?)?$/.exec(url.pathname);
  const file = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
  if (url.pathname === '/api/whoami-v2') return whoami(hub, seen);
  const id = decodeURIComponent(api?.[1] ?? file?.[1] ?? '');
  const moved = [...hub.repositories.values()].find(({ formerly }) => formerly.includes(id));
  if (moved) return { status: 307, headers: { Location: seen.url.replace(id, moved.id) }, body: '' };
  const token = tokenOf(seen);
  if (token !== undefined && !hub.tokens.has(token)) return refusal(401, undefined, 'Invalid credentials in Authorization header');
  const repository = hub.repositories.get(id);
  if (!repository || (repository.private && !isGranted(hub, repository, token)))
    return refusal(
      token === undefined ? 401 : 404,
      'RepoNotFound',
      token === undefined ? 'Invalid username or password.' : 'Repository not found',
    );
  if (file) return answerFile(hub, seen, repository, decodeURIComponent(file[2] ?? ''), decodeURIComponent(file[3] ?? ''), signed);
  if (!api) return refusal(404, undefined, 'Not found');
  const [, , what, revision] = api;
  if (what === 'auth-check') return gate(hub, repository, token) ?? json({});
  const commit = commitFor(repository, decodeURIComponent(revision ?? 'main'));
  if (!commit) return refusal(404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  const files = repository.commits.get(commit) as Map<string, Blob>;
  if (what === 'tree') return tree(hub, url, files);
  if (what === 'paths-info') {
    const { paths } = JSON.parse(body) as { paths: string[] };
    return json(rowsOf(files).filter(({ path }) => paths.includes(path)));
  }
  return json({
    id: repository.id,
    _id: '0123456789abcdef01234567',
    modelId: repository.id,
    sha: commit,
    private: repository.private,
    gated: repository.gated ? 'manual' : false,
    disabled: false,
    lastModified: '2024-07-23T00:00:00.000Z',
    createdAt: '2024-07-23T00:00:00.000Z',
    downloads: 0,
    likes: 0,
    tags: [],
    siblings: [...files.keys()].map((rfilename) => ({ rfilename })),
  });
}

const tokenOf = (seen: Seen): string | undefined => /^Bearer (.+)$/.exec(seen.authorization ?? '')?.[1];

const isGranted = (hub: Hub, { id }: Repository, token: string | undefined): boolean =>
  hub.tokens.get(token ?? '')?.granted.includes(id) === true;

/** The three refusals of a gated repository; listing it needs none of this. */
function gate(hub: Hub, repository: Repository, token: string | undefined): Answer | undefined {
  if (!repository.gated) return undefined;
  const restricted = `Access to model ${repository.id} is restricted`;
  if (token === undefined)
    return refusal(401, 'GatedRepo', `${restricted}. You must have access to it and be authenticated to access it. Please log in.`);
  if (hub.tokens.get(token)?.fineGrained)
    return refusal(
      403,
      undefined,
      'Please enable access to public gated repositories in your fine-grained token settings to view this repository.',
    );
  if (!isGranted(hub, repository, token))
    return refusal(
      403,
      'GatedRepo',
      `${restricted} and you are not in the authorized list. Visit ${hub.url}/${repository.id} to ask for access.`,
    );
  return undefined;
}

function commitFor(repository: Repository, revision: string): string | undefined {
  return repository.revisions.get(revision) ?? (repository.commits.has(revision) ? revision : undefined);
}

const rowsOf = (files: ReadonlyMap<string, Blob>) =>
  [...files].map(([path, { size, sha1, sha256, lfs }]) => ({
    type: 'file',
    oid: sha1,
    size,
    path,
    ...(lfs ? { lfs: { oid: sha256, size, pointerSize: 135 } } : {}),
  }));

function tree(hub: Hub, url: URL, files: ReadonlyMap<string, Blob>): Answer {
  const folders = new Set(
    [...files.keys()].flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join('/')),
    ),
  );
  const rows = [...[...folders].map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path })), ...rowsOf(files)];
  const start = Number(url.searchParams.get('cursor') ?? 0);
  const next = new URL(url);
  next.searchParams.set('cursor', String(start + hub.pageSize));
  const more = start + hub.pageSize < rows.length ? { Link: `<${next.href}>; rel="next"` } : {};
  return json(rows.slice(start, start + hub.pageSize), more);
}

function answerFile(hub: Hub, seen: Seen, repository: Repository, revision: string, path: string, signed: Signer): Answer {
  const commit = commitFor(repository, revision);
  if (!commit) return refusal(404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  const blob = repository.commits.get(commit)?.get(path);
  const refused = gate(hub, repository, tokenOf(seen));
  if (refused) return refused;
  if (!blob)
    return { ...refusal(404, 'EntryNotFound', 'Entry not found'), headers: { 'X-Error-Code': 'EntryNotFound', 'X-Repo-Commit': commit } };
  seen.path = path;
  if (!blob.lfs) return { status: 200, blob, headers: { ETag: `"${blob.sha1}"`, 'X-Repo-Commit': commit } };
  const headers = {
    Location: signed(blob, path, commit),
    'X-Linked-Etag': `"${blob.sha256}"`,
    'X-Linked-Size': String(blob.size),
    'X-Repo-Commit': commit,
    ETag: `"${blob.sha1}"`,
  };
  return { status: 302, headers, body: '' };
}

function whoami(hub: Hub, seen: Seen): Answer {
  const token = tokenOf(seen);
  if (token === undefined || !hub.tokens.has(token)) return refusal(401, undefined, 'Invalid username or password.');
  return json({
    type: 'user',
    id: '0',
    name: 'tester',
    fullname: 'Tester',
    orgs: [],
    auth: { type: 'access_token', accessToken: { displayName: 'test', role: 'read' } },
  });
}
