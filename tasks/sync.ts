import { defineTask, type LoraTask } from './cli/task';
import type { Context } from './engine/context';
import type { RunResult } from './engine/run';
import type { Step } from './engine/step';
import type { OptionDefinition, SeenBy } from './engine/task-definition';
import type { SyncSeen } from './sync/sync-step';

const shared: readonly OptionDefinition[] = [
  { name: 'remote', value: 'name', description: 'which remote of the settings', default: 'default_remote, or the only one' },
  {
    name: 'only',
    value: 'path',
    description: 'only this folder or file of the project; may be repeated',
    default: 'sync.push or sync.pull of the settings',
  },
  {
    name: 'include',
    value: 'pattern',
    description: 'rsync pattern of files to include even if excluded; without an exclude only these are synced; may be repeated',
  },
  { name: 'exclude', value: 'pattern', description: 'rsync pattern of files to leave out; may be repeated' },
];

const moving: readonly OptionDefinition[] = [
  ...shared,
  {
    name: 'plan',
    value: '[file]',
    description: 'write a plan of what would be done and nothing else; with a file: carry out exactly that plan',
  },
  { name: 'delete', description: 'delete files that the source does not have: shown first, at most --max-delete' },
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
    details:
      'Looks at the rows of the training data as `data:check` does, compares both sides, shows what would be added, changed and (with --delete) deleted, sends it, and compares again.',
    example: 'npx just sync:push --remote=gpu --plan',
    options: moving,
    items: (context) => stepsFor(context, 'push'),
    afterPlan: keepPlan,
  });
}

/** Fetches adapters from a remote. */
export function syncPullTask(): LoraTask {
  return defineTask({
    name: 'sync:pull',
    description: 'Fetch adapters from the GPU machine',
    details:
      'Files are staged and renamed once they are complete; a file that is newer here is not overwritten without `--force` or a plan.',
    example: 'npx just sync:pull --remote=gpu',
    options: moving,
    items: (context) => stepsFor(context, 'pull'),
    afterPlan: keepPlan,
  });
}

/** Says what differs between this project and a remote. */
export function syncStatusTask(): LoraTask {
  return defineTask({
    name: 'sync:status',
    description: 'Show what differs between here and the GPU machine, both ways',
    details: 'One scan of each folder that is pushed or pulled. Exit code 3 where something differs.',
    example: 'npx just sync:status --remote=gpu',
    options: [...shared, { name: 'verify', description: 'compare by checksum instead of size and time' }],
    readOnly: true,
    items: (context) => (require('./sync/status-steps') as typeof import('./sync/status-steps')).statusSteps(context),
  });
}

/** Lists the remotes with a look at each. */
export function syncRemotesTask(): LoraTask {
  return defineTask({
    name: 'sync:remotes',
    description: 'List the remotes, and whether each is usable',
    details: 'Checks connection, host key, login, rsync on both ends, folder, free space and clock, over one connection each.',
    example: 'npx just sync:remotes',
    readOnly: true,
    items: (context) => (require('./sync/remotes-steps') as typeof import('./sync/remotes-steps')).remotesSteps(context),
  });
}

function stepsFor(context: Context, direction: 'push' | 'pull') {
  const { openSession } = require('./sync/session/open-session') as typeof import('./sync/session/open-session');
  const { remoteStep } = require('./sync/remote-step') as typeof import('./sync/remote-step');
  const { syncStep } = require('./sync/sync-step') as typeof import('./sync/sync-step');
  const session = openSession(context, direction);
  if (direction === 'push') return [remoteStep(session), ...dataBefore(context), syncStep(session)];
  const { withTrainings } = require('./training/pulled-step') as typeof import('./training/pulled-step');
  return [remoteStep(session), withTrainings(syncStep(session))];
}

/** The look at the rows of the training, where they are among what is pushed. */
function dataBefore(context: Context): readonly Step[] {
  const { dataSteps, isPushed } = require('./data/data-step') as typeof import('./data/data-step');
  const only = context.optionValues('only');
  return isPushed(context, only.length > 0 ? only : context.settings.setup.sync.push) ? dataSteps(context) : [];
}

async function keepPlan(_: Context, { steps }: RunResult, seen: SeenBy): Promise<string | undefined> {
  const step = steps.at(-1);
  const saw = step && (seen(step.name) as SyncSeen | undefined);
  if (!saw || (step.state !== 'todo' && step.state !== 'done')) return undefined;
  const { writePlan } = require('./sync/session/plan') as typeof import('./sync/session/plan');
  const planFile = await writePlan(saw.session, saw.difference);
  step.data = { ...step.data, planFile };
  return planFile;
}
