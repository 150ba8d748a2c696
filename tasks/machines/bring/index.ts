import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Step } from '../../engine/step';
import type { Machine, Runtime } from '../machine';
import { Ahead } from '../runs/ahead';
import { appHere } from './app/app-here';
import { Bringing } from './bringing';
import { hashesHere } from './hashes-here';
import { machineStep } from './machine-step';
import { nodeStep } from './node/node-step';
import { projectStep } from './project/project-step';

/** What the steps of a machine have seen of it, for those that come after them. */
const bringings = new WeakMap<Machine, Bringing>();

const bringingOf = (machine: Machine): Bringing => {
  const bringing = bringings.get(machine) ?? new Bringing(machine);
  bringings.set(machine, bringing);
  return bringing;
};

/**
 * What a machine needs before a task runs there: that it is one to run on, a Node, and the project with just-lora. A look writes
 * nothing there.
 */
export function bringSteps(machine: Machine): readonly Step[] {
  const bringing = bringingOf(machine);
  return [machineStep(bringing), nodeStep(bringing) as Step, projectStep(bringing) as Step];
}

/** Keeps what the next run need not read again: not by a look. */
export const keepHashes = (context: Context): void => context.resources.get(context, hashesHere).keep();

/** just-lora there, started beside the look at the machine; `undefined` where there is no connection yet: that has no second channel. */
export async function startAhead(context: Context, machine: Machine): Promise<Ahead | undefined> {
  const { ssh } = machine.shell;
  // It would be started by the Node that is not to be used.
  if (context.forced('node')) return undefined;
  if (!ssh?.socket || ssh.elsewhere || !context.host.files.lstat(ssh.socket)) return undefined;
  // The look comes first.
  await new Promise((resolve) => setImmediate(resolve));
  try {
    return new Ahead(machine, context.resources.get(context, appHere).hash);
  } catch {
    // What is missing here is for the look to tell.
    return undefined;
  }
}

/** How just-lora is started there, once {@link bringSteps} are done. @throws UserError by the fault of the way */
export async function runtimeOf(context: Context, machine: Machine): Promise<Runtime> {
  const { home, path: project, node } = await bringingOf(machine).look(context);
  if (!node) throw new Error(`${machine.remote.name} has no Node: its steps are not done`);
  const state = path.posix.join(home, '.cache/just-lora');
  return { node: node.path, app: path.posix.join(state, 'app', context.resources.get(context, appHere).hash), project, state };
}
