import type { Environment } from '../../common/environment';
import type { Origins } from './merge';
import { sourcesFor } from './sources';

/**
 * Whether a person of this machine gave a setting: in a machine's own file, a variable or `--set`. What stands in a file
 * that a repository brings, or nowhere, nobody here has chosen.
 * @param setting as a person writes it: `remote.prefix`, `paths.models_dir`
 */
export function isPersonal({ origins, environment }: { origins: Origins; environment: Environment }, setting: string): boolean {
  const origin = origins.get(setting) ?? 'default';
  const source = sourcesFor(environment).find(({ file }) => origin === file || origin.startsWith(`${file}:`));
  return source ? source.machine : origin !== 'default';
}
