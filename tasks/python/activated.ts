import * as path from 'node:path';
import type { Host } from '../core/host';
import { cleanEnvironment } from './clean-environment';

/** An environment of conda's, by the folder where conda notes what it put in. */
export const isCondaEnvironment = ({ files }: Host, prefix: string): boolean => files.stat(path.join(prefix, 'conda-meta')) !== undefined;

/**
 * Variables for a program of an environment that is started directly: `conda run` holds output back and passes no signal on.
 * `~/.local` stays out, and so do other environments.
 * @param prefix the folder of the environment
 */
export function activated(host: Host, prefix: string): Record<string, string | undefined> {
  const bin = host.platform === 'win32' ? path.join(prefix, 'Scripts') : path.join(prefix, 'bin');
  return {
    ...cleanEnvironment(),
    PATH: [bin, host.env.PATH ?? ''].join(path.delimiter),
    ...(isCondaEnvironment(host, prefix) ? { CONDA_PREFIX: prefix } : { VIRTUAL_ENV: prefix }),
  };
}
