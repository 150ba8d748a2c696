import type { Context } from '../../../engine/context';
import { machineMarkers } from '../../python/machine-markers';
import type { EnvironmentDefinition } from '../definition';
import { lockedFor } from './compare';

/** What of a lock, or of requirements, is for this machine, before there is a Python that says what it is. */
export const lockedHere = <Of extends { marker?: string }>(
  { host }: Context,
  { pythonVersion }: EnvironmentDefinition,
  packages: readonly Of[],
): Of[] => lockedFor(packages, machineMarkers(host, `${pythonVersion}.0`));
