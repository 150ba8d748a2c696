import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startHub } from '../../hub/server';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { makeModel, shards } from './model';

/** What is found wrong is mended by the command that is named, and found right afterwards. */
const test = suite('model:verify and model:download --repair');
const [first, second] = shards;

test('each command that is named mends what was found', async () => {
  const hub = await startHub();
  const home = temporaryFolder();
  const project = projectCopy();
  const folder = path.join(project, 'models', 'small');
  const file = (name: string) => path.join(folder, name);
  hub.add('owner/small', { ...makeModel(path.join(home, 'source')), 'pytorch_model.bin': 'a pickle of the same weights' });
  const run = async (command: string) => {
    const { exitCode, stdout } = await runJust(project, [...command.split(' '), '--json'], { HF_ENDPOINT: hub.url, HOME: home });
    const [step] = JSON.parse(stdout).steps;
    return { exitCode, fix: /`npx just (.+?)`/.exec(step.fix ?? '')?.[1] ?? '', files: step.files as { path: string; problem?: string }[] };
  };
  try {
    const absent = await run('model:verify --model=owner/small');
    assert.equal([absent.exitCode, absent.fix], [3, 'model:download --model=owner/small']);
    assert.is((await run(absent.fix)).exitCode, 0);
    assert.is((await run('model:verify --model=owner/small --full')).exitCode, 0);
    const damages: [string, number, () => void][] = [
      [
        'wrong-hash',
        1,
        () => fs.writeFileSync(file(first), Buffer.concat([fs.readFileSync(file(first)).subarray(0, -1), Buffer.from([77])])),
      ],
      ['truncated', 1, () => fs.truncateSync(file(second), 100)],
      ['missing', 3, () => fs.rmSync(file(second))],
      [
        'index-unknown-shard',
        1,
        () =>
          fs.writeFileSync(
            file('model.safetensors.index.json'),
            fs.readFileSync(file('model.safetensors.index.json'), 'utf8').replace(second, 'evil.safetensors'),
          ),
      ],
    ];
    for (const [problem, exitCode, damage] of damages) {
      damage();
      const found = await run('model:verify --model=owner/small --full');
      assert.equal([found.exitCode, found.files.flatMap((one) => one.problem ?? [])], [exitCode, [problem]]);
      assert.is((await run(found.fix)).exitCode, 0);
      const mended = await run('model:verify --model=owner/small --full');
      assert.is(mended.exitCode, 0, `${problem}: ${JSON.stringify(mended.files)}`);
    }
  } finally {
    await hub.close();
  }
});

test.run();
