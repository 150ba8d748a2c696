import * as path from 'node:path';
import type { Environment } from '../common/environment';
import type { TaskDefinition } from '../engine/task-definition';
import type { Host } from '../platform';

/** What a machine that trains has and a laptop has not. */
const signs = [
  '.venv-remote',
  '.just-lora/conda.json',
  ...['setup', 'paths_config', 'training_config'].map((name) => `configs/${name}.remote.yaml`),
];

/** The environment that a task is about where nothing names one: on a GPU machine its own settings have to hold, without an option to remember. */
export function defaultEnvironment(host: Host, root: string, { environment = 'local' }: TaskDefinition): Environment {
  if (environment !== 'training') return environment;
  return signs.some((sign) => host.files.lstat(path.join(root, sign))) ? 'remote' : 'local';
}

/** The default environment as the help says it. */
export function defaultText({ environment = 'local', onMachines }: TaskDefinition): string {
  const here = environment === 'training' ? 'remote where a training environment or a `configs/*.remote.yaml` is, else local' : environment;
  return onMachines && environment !== 'remote' ? `${here}; with --on: remote` : here;
}
