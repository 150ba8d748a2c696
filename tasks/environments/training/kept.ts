import type { Context } from '../../engine/context';
import { absolute } from '../../engine/paths';
import { keptCondaEnvironments } from '../conda/environment-record';
import { readCondaRecord } from '../conda/record';
import { environmentOfProfile } from '../profile/environment-of-profile';
import { keptVenvs } from '../venv/packages/kept';
import type { KeptEnvironment } from '../venv/packages/variants';

/** The training environments of other profiles that wait beside the one in use, of both engines. Two folders are listed, nothing is started. */
export function keptTrainingEnvironments(context: Context): KeptEnvironment[] {
  const { prefix } = context.settings.setup.remote;
  const places = new Set([...(prefix ? [absolute(context, prefix)] : []), readCondaRecord(context)?.prefix ?? []].flat());
  // The place is that of every profile.
  const venvs = keptVenvs(context, environmentOfProfile(context, 'as-asked'));
  return [...venvs, ...[...places].flatMap((place) => keptCondaEnvironments(context, place))];
}
