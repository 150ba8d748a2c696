import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../support/project';

const test = suite('npx just export');

function project(rows = true): string {
  const folder = projectCopy();
  if (rows) fs.writeFileSync(path.join(folder, 'data/processed/train.jsonl'), '{"text": "one"}\n');
  return folder;
}

const run = async (folder: string, ...args: string[]) => {
  const { exitCode, stdout, stderr } = await runJust(folder, ['export', ...args, '--json']);
  const document = JSON.parse(stdout);
  return { exitCode, step: document.steps[0], error: document.error, stderr };
};

for (const [engine, file] of [
  ['skypilot', 'configs/train.sky.yaml'],
  ['dstack', 'configs/train.dstack.yml'],
] as const) {
  test(`${engine}: a plan first, then the file, and nothing where it is what the settings make`, async () => {
    const folder = project();
    const target = path.join(folder, file);
    const plan = await runJust(folder, ['export', `--to=${engine}`, '--plan']);
    assert.is(plan.exitCode, 0, plan.stderr);
    assert.match(plan.stdout, `will write \`${file}\``);
    assert.not.ok(fs.existsSync(target));
    assert.is((await run(folder, `--to=${engine}`, '--check')).exitCode, 3);
    assert.is((await run(folder, `--to=${engine}`)).exitCode, 0);
    const text = fs.readFileSync(target, 'utf8');
    assert.match(text, /RTX3090/);
    assert.match(text, /npx just train --model=llama-3\.1-8b --name=first/);
    const again = await run(folder, `--to=${engine}`, '--check');
    assert.equal([again.exitCode, again.step.state], [0, 'done']);
    assert.equal(
      fs.readdirSync(path.dirname(target)).filter((name) => name.startsWith(path.basename(target)) && name !== path.basename(target)),
      [],
    );
  });

  test(`${engine}: a change of the settings is told by --check, and written by the next run`, async () => {
    const folder = project();
    await run(folder, `--to=${engine}`);
    fs.writeFileSync(path.join(folder, 'configs/training_config.remote.yaml'), 'arguments: { max_seq_length: 2048 }\n');
    const check = await run(folder, `--to=${engine}`, '--check');
    assert.is(check.exitCode, 3);
    assert.ok(
      check.step.changed.some((line: string) => /^- .*RTX3090/.test(line)),
      JSON.stringify(check.step.changed),
    );
    assert.is((await run(folder, `--to=${engine}`)).exitCode, 0);
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    assert.not.match(text, /RTX3090/);
    // A machine's own settings are in no clone: they travel beside the data.
    assert.match(text, /configs\/training_config\.remote\.yaml/);
    assert.is((await run(folder, `--to=${engine}`, '--check')).exitCode, 0);
  });

  test(`${engine}: no secret of this machine is in the file`, async () => {
    const folder = project();
    const secret = 'hf_thisisnotforthefile12345';
    const { stdout } = await runJust(folder, ['export', `--to=${engine}`, '--json'], { HF_TOKEN: secret });
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    assert.match(text, /HF_TOKEN/);
    assert.not.match(text + stdout, secret);
    fs.rmSync(path.join(folder, file));
    await run(folder, `--to=${engine}`, '--no-token');
    assert.not.match(fs.readFileSync(path.join(folder, file), 'utf8'), /HF_TOKEN/);
  });
}

test('what a person changed stays, and is told', async () => {
  const folder = project();
  const target = path.join(folder, 'configs/train.sky.yaml');
  await run(folder, '--to=skypilot');
  const mine = fs.readFileSync(target, 'utf8').replace(/RTX4090/, 'RTX9090');
  fs.writeFileSync(target, mine);
  for (const options of [[], ['--force']]) {
    const { exitCode, step } = await run(folder, '--to=skypilot', ...options);
    assert.equal([exitCode, step.state, step.code], [1, 'blocked', 'E_OUTPUT_TAKEN']);
    assert.match(step.found, /was changed since it was written/);
    assert.ok(step.table.flat().some((line: string) => /^- .*RTX9090/.test(line)));
    assert.is(fs.readFileSync(target, 'utf8'), mine);
  }
  fs.writeFileSync(target, 'name: mine\n');
  const foreign = await run(folder, '--to=skypilot');
  assert.match(foreign.step.found, /is a file that `export` did not write/);
  assert.match(foreign.step.fix, 'mv configs/train.sky.yaml configs/train.sky.yaml.kept\n');
  fs.writeFileSync(`${target}.kept`, 'an earlier one');
  assert.match((await run(folder, '--to=skypilot')).step.fix, 'mv configs/train.sky.yaml configs/train.sky.yaml.kept-2\n');
  // A folder that is named is where the file goes: the cure moves nothing of the project.
  const named = await run(folder, '--to=skypilot', '--output=data');
  assert.equal([named.step.code, named.step.fix], ['E_OUTPUT_TAKEN', 'name the file in it: `--output=data/train.sky.yaml`']);
  assert.is((await run(folder, '--to=skypilot', '--output=data/train.sky.yaml')).exitCode, 0);
  const beside = await run(folder, '--to=skypilot', '--output=new/other.yaml');
  assert.is(beside.exitCode, 0, beside.stderr);
  assert.match(fs.readFileSync(path.join(folder, 'new/other.yaml'), 'utf8'), /export --to=skypilot --output=new\/other.yaml/);
  assert.is(fs.readFileSync(target, 'utf8'), 'name: mine\n');
});

test('what is no file, or git tracks, is never to be moved: another name is told', async () => {
  const folder = project();
  fs.writeFileSync(path.join(folder, 'NOTES.md'), 'mine');
  fs.mkdirSync(path.join(folder, 'configs/train.dstack.yml'), { recursive: true });
  for (const args of [
    ['init', '-q'],
    ['add', 'NOTES.md'],
  ])
    execFileSync('git', args, { cwd: folder });
  for (const output of ['NOTES.md', '/dev/full']) {
    const { step } = await run(folder, '--to=skypilot', `--output=${output}`);
    assert.is(step.code, 'E_OUTPUT_TAKEN');
    assert.match(step.fix, /^name another file: `npx just export --to=skypilot .*--output=configs\/train\.sky\.yaml`$/);
    const other = await run(folder, '--to=dstack', `--output=${output}`);
    assert.match(other.step.fix, /^name another file: `npx just export --to=dstack .*--output=configs\/train\.dstack-2\.yml`$/);
  }
});

test('settings that stand in no file travel as variables', async () => {
  const folder = project();
  await run(folder, '--to=skypilot', '--set', 'training.arguments.batch_size=2', '--set', 'models.llama-3.1-8b.revision=abc');
  const text = fs.readFileSync(path.join(folder, 'configs/train.sky.yaml'), 'utf8');
  assert.match(text, /JUST_LORA_TRAINING__ARGUMENTS__BATCH_SIZE/);
  assert.match(text, /JUST_LORA_MODELS__LLAMA_3_1_8B__REVISION/);
  assert.not.match(text, /JUST_LORA_PATHS/);
  assert.match(text, /\bL4\b/);
});

test('a model that is off is on for the set-up there, which chooses its versions by that', async () => {
  const folder = project();
  const { exitCode } = await run(folder, '--to=skypilot', '--model=mistral-7b');
  assert.is(exitCode, 0);
  const text = () => fs.readFileSync(path.join(folder, 'configs/train.sky.yaml'), 'utf8');
  assert.match(text(), /JUST_LORA_MODELS__MISTRAL_7B__ENABLED: ['"]?true/);
  await run(folder, '--to=skypilot', '--model=llama-3.1-8b');
  assert.not.match(text(), /__ENABLED/);
});

test('a card for each process of the training', async () => {
  const folder = project();
  fs.writeFileSync(path.join(folder, 'configs/training_config.remote.yaml'), 'processes: 2\n');
  const written = async (engine: string, file: string, ...options: string[]) => {
    const { exitCode, stderr } = await run(folder, `--to=${engine}`, ...options);
    assert.is(exitCode, 0, stderr);
    return fs.readFileSync(path.join(folder, file), 'utf8');
  };
  const sky = await written('skypilot', 'configs/train.sky.yaml');
  assert.match(sky, /\n {4}A40: 2 {2}# [\d.]+ GB each\n/);
  assert.not.match(sky, /: 1 {2}#/);
  assert.match(sky, /of GPU memory on each of 2 cards, one for each process/);
  assert.match(await written('dstack', 'configs/train.dstack.yml'), /\n {4}count: 2\n/);
  const all = await written('dstack', 'configs/train.dstack.yml', '--set=training.processes=0');
  assert.match(all, /`training\.processes` is 0: one card is asked for/);
  assert.match(all, /\n {4}count: 1\n/);
});

test('the cheapest class first, and nothing that costs many times as much', async () => {
  const { step } = await run(project(), '--to=skypilot', '--plan');
  assert.equal(step.cards.slice(0, 2), ['RTX A5000', 'RTX 4090']);
  assert.ok(step.cards.includes('A100 80 GB') && step.leftOut.includes('H100 80 GB') && step.leftOut.includes('B300'));
  const large = await run(project(), '--to=skypilot', '--plan', '--set=training.arguments.batch_size=16');
  assert.equal(large.step.cards[0], 'A100 80 GB');
  assert.ok(large.step.cards.includes('B300'));
});

test('no card, no model, no engine: refused by name, and nothing is written', async () => {
  const folder = project();
  const long = await run(folder, '--to=dstack', '--set=training.arguments.max_seq_length=200000');
  assert.equal([long.exitCode, long.step.code], [1, 'E_NO_CARD']);
  assert.match(long.step.found, /no card that dstack knows has that and 15 % more/);
  const unknown = await run(folder, '--to=dstack', '--model=someone/something');
  assert.equal([unknown.exitCode, unknown.step.code], [1, 'E_NO_CARD']);
  const two = await run(folder, '--to=dstack', '--set=models.mistral-7b.enabled=true');
  assert.equal([two.exitCode, two.error.code], [2, 'E_USAGE']);
  assert.match(two.error.fix, '`npx just export --to=dstack --set models.mistral-7b.enabled=true --model=llama-3.1-8b`');
  const none = await run(folder);
  assert.equal([none.exitCode, none.error.code], [2, 'E_USAGE']);
  assert.is((await run(folder, '--to=dstack', '--name=../up')).exitCode, 2);
  assert.match((await run(folder, '--to=skypilt')).error.fix, /did you mean `--to=skypilot`\?/);
  assert.equal(
    fs.readdirSync(path.join(folder, 'configs')).filter((name) => name.startsWith('train.')),
    [],
  );
});

test('without rows the file says so', async () => {
  const { step } = await run(project(false), '--to=skypilot');
  assert.match(step.text ?? '', /There are no rows in data_processed yet/);
});

test.run();
