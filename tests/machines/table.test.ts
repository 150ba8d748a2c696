import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { machinesTable } from '../../tasks/cli/on/machines-table';
import { UserError } from '../../tasks/common/errors';

const test = suite('--on: the table of several machines');

const step = (data: object) => ({ name: 'a', state: 'done', data });
const gpus = [
  { name: 'NVIDIA H100', usable: true, memoryFreeBytes: 80e9 },
  { name: 'NVIDIA H100', usable: true, memoryFreeBytes: 79e9 },
  { name: 'NVIDIA T4', usable: false, memoryFreeBytes: 1 },
];
const broken = new UserError({ code: 'E_DRIVER_OLD', found: 'driver 470', needed: 'driver 525', fix: '`sudo apt-get upgrade`\nor ask' }, 1);

test('says of each its outcome, card, free memory and profile, and the first fault with what mends it', () => {
  assert.is(
    machinesTable([
      { name: 'a', exitCode: 0, report: { outcome: 'changed', steps: [step({ gpus }), step({ profile: 'compat' })] } },
      { name: 'b', exitCode: 1, report: { outcome: 'blocked', steps: [] }, error: broken },
      { name: 'c', exitCode: 130, report: { outcome: 'interrupted' }, error: new Error('interrupted') },
    ]),
    [
      'machine  outcome      exit code  GPU              free memory  profile',
      'a        changed      0          2 × NVIDIA H100  80 GB        compat',
      'b        blocked      1',
      'c        interrupted  130',
      'b: driver 470 (E_DRIVER_OLD)',
      '  fix: `sudo apt-get upgrade`',
      'c: interrupted',
    ].join('\n'),
  );
});

test('tells once what several have', () => {
  const report = { outcome: 'interrupted' };
  const outcomes = ['a', 'b', 'c'].map((name) => ({
    name,
    exitCode: 130,
    report,
    error: new Error(name === 'b' ? 'gone' : 'interrupted'),
  }));
  assert.ok(machinesTable(outcomes).endsWith('\na, c: interrupted\nb: gone'));
});

test('names the first step that is wrong where a look went on behind it', () => {
  const steps = [
    step({}),
    { state: 'blocked', found: 'no GPU', code: 'E_GPU_NONE', fix: 'another machine\nor none' },
    { state: 'failed', found: 'x' },
  ];
  const text = machinesTable([{ name: 'a', exitCode: 1, report: { outcome: 'blocked', steps } }]);
  assert.ok(text.endsWith('\na: no GPU (E_GPU_NONE)\n  fix: another machine'), text);
});

test('has no column that none of them fills, and takes nothing from a report of another form', () => {
  for (const steps of [undefined, {}, [null], [step({ gpus: 'x', profile: 7 })], [step({ gpus: [7, null, { usable: true }] })]])
    assert.is(
      machinesTable([{ name: 'a', exitCode: 0, report: { outcome: 'unchanged', steps } }]).split('\n')[0],
      'machine  outcome    exit code',
    );
});

test.run();
