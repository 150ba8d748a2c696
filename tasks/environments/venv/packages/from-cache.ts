import { UserError } from '../../../common/errors';
import type { Context } from '../../../engine/context';

/**
 * An installation of a lock by uv. Where the index cannot be reached, its cache may hold every package: once more without a network.
 * The hashes of the lock make it the same.
 * @param install with further options for uv
 * @throws UserError the first fault, where the cache lacks something
 */
export async function orFromCache(
  { host: { processes } }: Pick<Context, 'host'>,
  install: (options: readonly string[]) => Promise<void>,
): Promise<void> {
  try {
    return await install([]);
  } catch (first) {
    if (!(first instanceof UserError) || first.fault.code !== 'E_REGISTRY_UNREACHABLE') throw first;
    try {
      await install(['--offline']);
    } catch (second) {
      throw second instanceof UserError ? first : second;
    }
    processes.onNote?.(`note: the packages came out of uv's cache, held to the hashes of the lock: ${first.fault.found}`);
  }
}
