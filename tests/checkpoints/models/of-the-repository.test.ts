import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Hub, startHub } from '../../hub/server';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { fileOf } from '../safetensors/corpus';
import { makeModel, shards } from './model';

/** Weights that the repository itself has wrong: size and hash are the commit's, so that no download mends them. */
const test = suite('what a repository itself has wrong');
const [first, second] = shards;
let hub: Hub;
const home = temporaryFolder();
const project = projectCopy();
const folder = path.join(project, 'models', 'broken');
const run = async (command: string) => {
  const { exitCode, stdout } = await runJust(project, [...command.split(' '), '--json'], { HF_ENDPOINT: hub.url, HOME: home });
  const [step] = JSON.parse(stdout).steps;
  return {
    exitCode,
    step,
    fix: String(step.fix),
    files: step.files as { path: string; problem?: string; message?: string; fix?: string }[],
  };
};

test.before(async () => {
  hub = await startHub();
  const overlap = JSON.stringify({
    a: { dtype: 'BF16', shape: [100], data_offsets: [0, 200] },
    b: { dtype: 'BF16', shape: [100], data_offsets: [100, 300] },
  });
  hub.add('owner/broken', { ...makeModel(path.join(home, 'source')), [first]: fileOf(overlap, 300), [second]: Buffer.alloc(0) });
});
test.after(() => hub.close());

test('the download warns, and no cure fetches the same again', async () => {
  const { exitCode, step } = await run('model:download --model=owner/broken');
  assert.is(exitCode, 0);
  assert.match(
    step.warning,
    /^`owner\/broken` itself has 2 files that no library loads: `model-00001\S+ has a wrong header: .*`model-00002\S+ is trunc/,
  );
  assert.match(step.warning, /name another revision \(`--model=owner\/broken@REVISION`\) or another repository$/);
  for (const how of ['', ' --full']) {
    const found = await run(`model:verify --model=owner/broken${how}`);
    assert.is(found.step.code, 'E_MODEL_DAMAGED');
    assert.not.match(found.fix, '--repair');
    assert.match(found.fix, /^`npx just model:download --model=owner\/broken@REVISION` with another revision, or another repository/);
    const wrong = found.files.filter(({ problem }) => problem);
    assert.equal(
      wrong.map(({ problem }) => problem),
      ['bad-layout', 'truncated'],
    );
    for (const { message, fix } of wrong) {
      assert.match(String(message), /the repository has it so, size and hash are the commit's$/);
      assert.not.match(String(fix), '--repair');
    }
  }
});

test('where no hash is known, both cures in their order; what is damaged beside it is fetched again', async () => {
  const later = new Date(Date.now() + 5000);
  fs.utimesSync(path.join(folder, first), later, later);
  fs.rmSync(path.join(project, '.just-lora', 'hashes'), { recursive: true, force: true });
  const { fix, files } = await run('model:verify --model=owner/broken');
  assert.match(
    fix,
    /^`npx just model:download --model=owner\/broken --repair`; if it is wrong then too: `npx just model:download .*@REVISION/,
  );
  assert.not.match(String(files.find((file) => file.path === first)?.message), 'the repository has it so');
  fs.writeFileSync(path.join(folder, first), Buffer.alloc(fs.statSync(path.join(folder, first)).size));
  const damaged = await run('model:verify --model=owner/broken --full');
  assert.is(
    damaged.files.find((file) => file.path === first)?.fix,
    '`npx just model:download --model=owner/broken --repair` fetches only what is wrong',
  );
});

test.run();
