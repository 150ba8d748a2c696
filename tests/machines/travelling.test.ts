import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { travelling } from '../../tasks/cli/on/travelling';
import { ownOptions, parseOptions } from '../../tasks/cli/options';
import { gpuTask, modelDownloadTask, setupRemoteTask } from '../../tasks/index';

const test = suite('options that go on to a machine');

const tasks = { gpu: gpuTask(), 'model:download': modelDownloadTask(), 'setup:remote': setupRemoteTask() };
const cases: readonly [line: string, there: string][] = [
  ['setup:remote --on=gpu', ''],
  ['setup:remote --on gpu --no-gpu --json', '--no-gpu'],
  [
    'setup:remote --plan --on=a,b --set=storage.warn_gb=3 --set=run.keep_records=9',
    '--plan --set=storage.warn_gb=3 --set=run.keep_records=9',
  ],
  ['setup:remote --dry-run --on=gpu', '--plan'],
  ['setup:remote --force --on=gpu', '--force'],
  ['setup:remote --force=project,gpu --on=gpu', '--force=gpu'],
  ['setup:remote --force=node --on=gpu', ''],
  ['setup:remote --force gpu --on=gpu', '--force=gpu'],
  ['gpu --on=gpu --env=remote --verbose --config=elsewhere.js', '--env=remote --verbose'],
  ['model:download --send-token --detach --on=gpu --model=org/a@v1 --from-cache=copy', '--from-cache=copy --model=org/a@v1'],
];

for (const [line, there] of cases)
  test(line, () => {
    const [task = '', ...args] = line.split(' ');
    const { definition } = tasks[task as keyof typeof tasks];
    const options = parseOptions([task, ...args], ownOptions(definition, ''), {});
    assert.is(travelling(options, ['machine', 'node', 'project']).join(' '), there);
  });

test('the order of options makes no other command, and CI is --locked there too', () => {
  const own = ownOptions(tasks.gpu.definition, '');
  const of = (args: string[], env = {}) => travelling(parseOptions(['gpu', ...args], own, env), []);
  assert.equal(of(['--verbose', '--on=gpu', '--model=a']), of(['--on=gpu', '--model=a', '--verbose']));
  assert.equal(of(['--on=gpu'], { CI: 'true' }), ['--locked']);
});

test.run();
