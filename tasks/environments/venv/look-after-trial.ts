import type { Context } from '../../engine/context';
import type { Finding } from '../../engine/step';
import { type EnvironmentDefinition, targetOf } from './definition';
import { environmentStep } from './environment-step';
import { distrustPackages } from './packages/environment-record';

/**
 * A full look at an environment in which something does not work: what is not as the lock says is mended by the task that brings it.
 * @param as an action, which may write, has the next quick look see the same
 */
export async function lookAfterTrial(context: Context, definition: EnvironmentDefinition, as: 'look' | 'action'): Promise<Finding> {
  const finding = await environmentStep({ name: definition.task, title: '', define: () => definition }).check(context, 'full');
  if (as === 'action' && finding.state === 'todo') distrustPackages(context, targetOf(context, definition));
  return finding;
}
