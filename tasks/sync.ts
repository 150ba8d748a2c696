import type { OptionDefinition } from './core/options';
import { defineTask, type LoraTask } from './core/task';

const shared: readonly OptionDefinition[] = [
  { name: 'remote', value: 'name', description: 'which remote of the settings', default: 'defaultRemote, or the only one' },
  {
    name: 'only',
    value: 'path',
    description: 'only this folder or file of the project; may be repeated',
    default: 'sync.push or sync.pull of the settings',
  },
  {
    name: 'include',
    value: 'pattern',
    description: 'these files travel although an exclude names them, and alone where none does; may be repeated',
  },
  { name: 'exclude', value: 'pattern', description: 'these files do not travel, as rsync reads patterns; may be repeated' },
];

const moving: readonly OptionDefinition[] = [
  ...shared,
  {
    name: 'plan',
    value: '[file]',
    description: 'write a plan of what would be done and nothing else; with a file: carry out exactly that plan',
  },
  { name: 'delete', description: 'delete what the source does not have: shown first, and bounded' },
  {
    name: 'max-delete',
    value: 'count',
    description: 'how many files --delete may delete',
    default: '100, and half of the files that are there',
  },
  { name: 'verify', description: 'compare by checksum, and leave a SHA-256 manifest with the data' },
];

/** Sends data to a remote. */
export function syncPushTask(): LoraTask {
  return defineTask({
    name: 'sync:push',
    description: 'Send processed data to the GPU machine',
    details: 'Compares both sides, shows what would be added, changed and (with --delete) deleted, sends it, and compares again.',
    example: 'npx just sync:push --remote=gpu --plan',
    options: moving,
    items: (context) => stepsFor(context, 'push'),
  });
}

/** Fetches adapters from a remote. */
export function syncPullTask(): LoraTask {
  return defineTask({
    name: 'sync:pull',
    description: 'Fetch adapters from the GPU machine',
    details: 'Files arrive beside their place and get their names when they are whole; a file that is newer here is not replaced unseen.',
    example: 'npx just sync:pull --remote=gpu',
    options: moving,
    items: (context) => stepsFor(context, 'pull'),
  });
}

function stepsFor(
  context: Parameters<Extract<Parameters<typeof defineTask>[0]['items'], (...args: never) => unknown>>[0],
  direction: 'push' | 'pull',
) {
  const { openSession } = require('./sync/session') as typeof import('./sync/session');
  const { remoteStep, syncStep } = require('./sync/steps') as typeof import('./sync/steps');
  const session = openSession(context, direction);
  return [remoteStep(session), syncStep(session)];
}
