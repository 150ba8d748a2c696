import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { machineTasks, typedHere } from '../../tasks/cli/on/typed-here';

const test = suite('commands that a machine names');
const cases: readonly [there: string, here: string][] = [
  ['`npx just env:remote`', '`npx just env:remote --on=gpu`'],
  [
    'run `npx just model:download --model=llama-3.1-8b`, then again',
    'run `npx just model:download --model=llama-3.1-8b --on=gpu`, then again',
  ],
  ['`npx just gpu && npx just validate --env=remote`', '`npx just gpu --on=gpu && npx just validate --env=remote --on=gpu`'],
  ['`npx just sync:push` there', '`npx just sync:push --remote=gpu` there'],
  ['`npx just sync:pull --remote=disk --only=adapters`', '`npx just sync:pull --remote=disk --only=adapters`'],
  ['`npx just train --on=other --name=first`', '`npx just train --on=other --name=first`'],
  // About the machine where it is typed, or no task of ours.
  ['`npx just setup:local`', '`npx just setup:local`'],
  ['`npx just`, `npx just own-task`', '`npx just`, `npx just own-task`'],
  ['npx just gpu without quotes, `pip install torch`', 'npx just gpu without quotes, `pip install torch`'],
];

for (const name of ['env:remote', 'model:download', 'gpu', 'validate', 'train']) machineTasks.add(name);

for (const [there, here] of cases) test(there, () => assert.is(typedHere(there, 'gpu'), here));

test.run();
