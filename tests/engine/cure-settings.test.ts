import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withSets } from '../../tasks/engine/command';
import { projectCopy, runJust } from '../support/project';

const test = suite('cures of a run with --set');

test('each command of a cure says what the run was told, but for a setting that it sets itself', () => {
  const run = (...sets: string[]) => ({ optionValues: (name: string) => (name === 'set' ? sets : []) });
  const cure = '`npx just env:remote --force` builds it again\nor `npx just gpu && npx just validate --train` tells; `mv a b` first';
  assert.is(withSets(run(), cure), cure);
  assert.is(
    withSets(run('remote.profile=current', 'paths.models_dir=/big disk'), cure),
    "`npx just env:remote --force --set remote.profile=current --set paths.models_dir='/big disk'` builds it again\n" +
      "or `npx just gpu --set remote.profile=current --set paths.models_dir='/big disk' && npx just validate --train --set remote.profile=current --set paths.models_dir='/big disk'` tells; `mv a b` first",
  );
  for (const own of ['--set remote.profile=auto', '--set=remote.profile=auto'])
    assert.is(withSets(run('remote.profile=current'), `\`npx just env:remote ${own}\``), `\`npx just env:remote ${own}\``);
  const other = '`npx just env:remote --set remote.profile=auto`';
  assert.is(withSets(run('remote.prof=x'), other), '`npx just env:remote --set remote.profile=auto --set remote.prof=x`');
});

test('so does a run', async () => {
  const { stdout } = await runJust(projectCopy(), ['validate', '--env=remote', '--no-gpu', '--json', '--set=remote.profile=compat']);
  const { steps } = JSON.parse(stdout) as { steps: { fix?: string }[] };
  const fixes = steps.flatMap(({ fix }) => fix?.match(/`npx just [^`]*`/g) ?? []);
  assert.ok(fixes.length > 0, stdout);
  for (const fix of fixes) assert.match(fix, '--set remote.profile=');
});

test.run();
