import * as path from 'node:path';
import { plural } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Blocked } from '../../engine/step';
import { isSmall } from '../../knowledge/sizes';
import { installerFault } from '../python/installer-output';
import { fetching } from '../python/outside';
import type { EnvironmentDefinition } from '../venv/definition';
import type { Locked } from '../venv/lock/lock-file';
import { toolsFor } from '../venv/tools';

const limitMs = 20_000;

/**
 * Can the package index be reached, or does the cache hold everything? One small package is asked for, without
 * fetching it. Where uv is not there yet, fetching uv is the question.
 */
export async function networkObstacle(
  context: Context,
  definition: EnvironmentDefinition,
  locked: readonly Locked[],
): Promise<Blocked | undefined> {
  const { host, root } = context;
  const { uv, search } = await toolsFor(context, definition);
  const python = search.python ?? search.any;
  const one = locked.find((each) => !each.marker && isSmall(each));
  if (!uv || !python || !one) return undefined;
  const how = fetching(context);
  const ask = (...args: string[]) =>
    host.processes.run(
      uv.command,
      ['pip', 'install', '--dry-run', '--no-deps', '--quiet', '--python', python.interpreter.realPath, '--break-system-packages', ...args],
      {
        ...how,
        env: { ...how.env, UV_HTTP_TIMEOUT: '10', UV_HTTP_RETRIES: '0' },
        timeoutMs: limitMs,
      },
    );
  const started = performance.now();
  const online = await ask('--refresh-package', one.name, `${one.name}==${one.version}`);
  // Another fault of uv's is none of the network's: the installation tells it, or goes on with pip.
  if (online.exitCode === 0 || !['registry', 'certificate', 'missing'].includes(installerFault(online.tail))) return undefined;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const offline = await ask('--offline', '--require-hashes', '-r', path.resolve(root, definition.lock));
  if (offline.exitCode === 0) return undefined;
  const why = online.tail
    .split('\n')
    .map((line) => line.replace(/^[\s×├╰─▶|]+/, '').trim())
    .filter(Boolean)
    .at(-1);
  return {
    state: 'blocked',
    code: 'E_NETWORK',
    found: `the package index does not answer (after ${seconds} s: ${why ?? 'no reason given'}), and the cache lacks a part of the ${plural(new Set(locked.map((each) => each.name)).size, 'package')}`,
    needed: 'a package index that answers, or a cache that holds them all',
    fix: 'check the network, the proxy (`HTTPS_PROXY`) and the index (`UV_DEFAULT_INDEX`, `PIP_INDEX_URL`), then run the same command again',
  };
}
