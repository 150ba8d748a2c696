import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import type { Resource } from '../../../engine/resources';
import { type Architecture, nodeTarballs, nodeVersion } from '../../../knowledge/node-builds';
import { hashFiles } from '../../../platform/hashing';

/** Archives of Node here, by architecture: fetched once, whatever the number of machines. */
export const nodeArchives: Resource<(architecture: Architecture) => Promise<string>> = {
  make(context) {
    const made = new Map<Architecture, Promise<string>>();
    return (architecture) => {
      const archive = made.get(architecture) ?? archiveHere(context, architecture);
      made.set(architecture, archive);
      return archive;
    };
  },
};

/**
 * The archive of Node for a machine: kept here in `~/.cache/just-lora/node`, else fetched by this machine's npm from the registry that
 * its configuration names. Held to its hash each time.
 * @returns its path
 * @throws UserError E_NODE_FETCH
 */
async function archiveHere(context: Context, architecture: Architecture): Promise<string> {
  const { host, root } = context;
  const { package: name, sha256 } = nodeTarballs[architecture];
  const cache = path.join(host.home ?? root, '.cache', 'just-lora', 'node');
  const file = path.join(cache, `${name}-${nodeVersion}.tgz`);
  const isWhole = async (each: string) => (await hashOf(context, each)) === sha256;
  if (host.files.stat(file)?.isFile() && (await isWhole(file))) return file;
  // Another architecture's may be on its way beside it, and another host's run on a home that both have.
  const temporary = path.join(cache, `.coming-${randomUUID()}`);
  host.files.makeFolder(temporary);
  try {
    const args = ['pack', `${name}@${nodeVersion}`, '--pack-destination', temporary, '--cache', path.join(temporary, 'npm'), '--silent'];
    const { exitCode, tail } = await host.processes.run('npm', args, { cwd: root, program: 'npm', timeoutMs: 1_800_000 });
    if (exitCode !== 0) throw notFetched(exitCode < 0 && /ENOENT/.test(tail) ? 'there is no npm on PATH here' : 'npm did not get it', tail);
    const fetched = path.join(temporary, `${name}-${nodeVersion}.tgz`);
    if (!host.files.stat(fetched)?.isFile() || !(await isWhole(fetched)))
      throw notFetched('what npm got has another hash than it must have', '');
    host.files.move(fetched, file);
    return file;
  } finally {
    host.files.remove(temporary);
  }
}

async function hashOf({ host }: Context, file: string): Promise<string | undefined> {
  const [hashed] = await hashFiles([{ file, algorithm: 'sha256', bytes: 0 }], { signal: host.processes.signal });
  return hashed?.hex;
}

const notFetched = (why: string, tail: string): UserError =>
  new UserError({
    code: 'E_NODE_FETCH',
    found: `Node ${nodeVersion} for the machine could not be fetched here: ${why}`,
    needed: 'a Node for a machine that has none and does not get one itself',
    ...(tail ? { tail } : {}),
    fix: '`npm ping` tells whether npm reaches its registry\nor install Node 22.12 or newer on the machine: `nvm install 22` there',
  });
