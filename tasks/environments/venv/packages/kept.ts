import type { Context } from '../../../engine/context';
import { type EnvironmentDefinition, targetOf } from '../definition';
import { inputsMadeAt } from './environment-record';
import { type KeptEnvironment, keptBeside } from './variants';

/** The environments that wait beside the place of a definition. */
export function keptVenvs(context: Context, definition: EnvironmentDefinition): KeptEnvironment[] {
  const place = targetOf(context, definition);
  return keptBeside(context, definition, place, inputsMadeAt(context, place));
}
