import { isAtLeast } from '../../../common/dotted';
import { condaChanges } from '../../../knowledge/tool-versions';
import type { Conda } from '../program';

type CondaCommand = Pick<Conda, 'kind' | 'version'>;

/** The command line that makes an environment of a file; never with a flag that would replace one. */
export function createArguments({ kind, version }: CondaCommand, prefix: string, file: string): string[] {
  if (kind === 'micromamba') return ['create', '-y', '-p', prefix, '-f', file];
  const confirmed = kind === 'mamba' && isAtLeast(version, condaChanges.mambaAsks) ? ['-y'] : [];
  return ['env', 'create', ...confirmed, '-p', prefix, '-f', file];
}

/**
 * The channels of the file and no other. `nodefaults` keeps `defaults` out; a conda that takes it for a channel of that
 * name is told that `defaults` means the file's own channels instead.
 */
export function channelsFor({ kind, version }: CondaCommand, channels: readonly string[]) {
  const own = channels.filter((name) => name !== 'defaults' && name !== 'nodefaults');
  if (kind !== 'conda') return { inFile: own, env: {} };
  if (version && !isAtLeast(version, condaChanges.nodefaultsIsAChannel)) return { inFile: [...own, 'nodefaults'], env: {} };
  return { inFile: own, env: { CONDA_CHANNELS: own.join(','), CONDA_DEFAULT_CHANNELS: own.join(',') } };
}
