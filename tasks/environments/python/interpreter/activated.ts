import * as path from 'node:path';
import type { Host } from '../../../platform';
import { isCondaEnvironment, programsOf } from '../../prefix/prefix';
import { cleanEnvironment } from '../clean-environment';

/**
 * Variables for a program of an environment that is started directly: `conda run` holds output back and passes no signal on.
 * `~/.local` stays out, and so do other environments.
 * @param prefix the folder of the environment
 */
export function activated(host: Host, prefix: string): Record<string, string | undefined> {
  return {
    ...cleanEnvironment(host),
    PATH: [programsOf(host, prefix), host.env.PATH ?? ''].join(path.delimiter),
    ...(isCondaEnvironment(host, prefix) ? { CONDA_PREFIX: prefix } : { VIRTUAL_ENV: prefix }),
  };
}
