import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Hub, startHub } from '../hub/server';
import { noMachines } from '../support/machines';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { bareMachine, gpuMachine, type Laptop, laptop, type Machine } from './machines';

/** A stranger's day, by the commands that README.md prints. */
const test = suite('the whole workflow');

const readme = fs.readFileSync(path.join(repository, 'README.md'), 'utf8');
const commandsIn = (block = ''): string[] =>
  block
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, '').trim())
    .filter(Boolean);

/** The commands of the blocks under `## Workflow` whose first line names a machine. */
function commandsOf(machine: string): string[] {
  const [, section = ''] = /^## Workflow\n([\s\S]*?)^## /m.exec(readme) ?? [];
  return commandsIn([...section.matchAll(/```sh\n# (.*)\n([\s\S]*?)```/g)].find(([, title]) => title === machine)?.[2]);
}
const morning = commandsOf('on the laptop');
const noon = commandsOf('on the GPU machine');
const evening = commandsOf('on the laptop again');
/** The block that needs no login: the first one with `--on`. */
const alone = commandsIn([...readme.matchAll(/```sh\n([\s\S]*?)```/g)].find(([, block = '']) => block.includes('--on='))?.[1]);

const chat = (asked: string, answer: string) =>
  `${JSON.stringify({
    messages: [
      { role: 'user', content: asked },
      { role: 'assistant', content: answer },
    ],
  })}\n`;
const data = {
  'weather.jsonl': chat('what will the weather be', 'cloudy with rain') + chat('and the wind', 'a light wind'),
  'deep/er.jsonl': chat('what will noon be like', 'cloudy with a light wind'),
};
const adapterOf = ({ project }: Machine) => path.join(project, 'adapters', 'first');

/** What a person does between the commands. */
function prepareData({ project }: Machine): void {
  for (const [name, text] of Object.entries(data)) {
    const file = path.join(project, 'data', 'processed', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}
async function right(machine: Machine, line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.type(line);
  assert.is(exitCode, 0, `${line}\n${stdout}\n${stderr}`);
  return stdout;
}

async function day(here: Machine, there: Machine, type: (machine: Machine, line: string) => Promise<unknown>): Promise<void> {
  for (const line of morning) {
    if (line.includes('data:check')) prepareData(here);
    await type(here, line);
  }
  for (const [name, text] of Object.entries(data))
    assert.is(fs.readFileSync(path.join(there.project, 'data/processed', name), 'utf8'), text);
  for (const line of noon) await type(there, line);
  for (const line of evening) await type(here, line);
  assert.equal(
    fs.readFileSync(path.join(adapterOf(here), 'adapter_model.safetensors')),
    fs.readFileSync(path.join(adapterOf(there), 'adapter_model.safetensors')),
  );
  // What it was made of came along: the rows of this very day.
  const run = JSON.parse(fs.readFileSync(path.join(adapterOf(here), 'run.json'), 'utf8'));
  assert.equal(
    [run.model.repo, run.data.map(({ file }: { file: string }) => path.relative('data/processed', file)).sort()],
    ['mini/llama', Object.keys(data).sort()],
  );
}

if (noSshd) skip(test, 'the whole workflow', noSshd);
else {
  let hub: Hub;
  let first: { here: Laptop; there: Awaited<ReturnType<typeof gpuMachine>> };
  const machines = async () => {
    const there = await gpuMachine(hub.url, 'mini/llama');
    return { there, here: laptop(there.remote) };
  };

  test.before(async () => {
    hub = await startHub();
  });
  test.after(async () => {
    first?.there.sshd.stop();
    await hub.close();
  });

  test('the documents print the commands of a day', () => {
    assert.ok(morning.length >= 3 && noon.length >= 3 && evening.length >= 2, [morning, noon, evening].join(' | '));
    assert.ok(alone.length >= 5 && alone.every((line) => line.startsWith('npx just ')), alone.join(' | '));
    assert.ok([...noon, ...alone].filter((line) => / train\b/.test(line)).length === 2, [noon, alone].join(' | '));
    assert.ok(alone.some((line) => line.includes('setup:remote')) && alone.at(-1)?.includes('sync:pull'), alone.join(' | '));
  });

  test('straight through', async () => {
    first = await machines();
    // The model is made by the training environment itself, so that one comes first.
    for (const line of noon.filter((each) => /npm ci|setup:remote/.test(each))) await right(first.there, line);
    const made = temporaryFolder();
    execFileSync(path.join(first.there.project, '.venv-remote/bin/python'), [path.join(repository, 'tests/remote/tiny-models.py'), made], {
      stdio: 'pipe',
    });
    const folder = path.join(made, 'llama');
    hub.add('mini/llama', Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name))])));
    await day(first.here, first.there, right);
  });

  test('once again: every step says unchanged', async () => {
    const again = async (machine: Machine, line: string) => {
      const [command = '', words = ''] = /npx just (.*)$/.exec(line) ?? [];
      if (!command) return;
      const report = JSON.parse(await right(machine, `npx just ${words} --json`));
      assert.is(
        report.outcome,
        'unchanged',
        `${line}: ${JSON.stringify(report.steps.filter(({ state }: { state: string }) => state !== 'done'))}`,
      );
    };
    for (const line of morning) await again(first.here, line);
    for (const line of noon) await again(first.there, line);
    for (const line of evening) await again(first.here, line);
  });

  // The same laptop has rented another machine. A machine of its own is a host without Node, which the test reaches with ssh alone.
  test('from the laptop alone: nobody logs in to the GPU machine', async () => {
    if (noMachines) return void console.log(`skipped: ${noMachines}`);
    const { here } = first;
    const gpu = await bareMachine(hub.url, 'mini/llama');
    here.rents(gpu.remote);
    fs.mkdirSync(path.join(here.project, 'configs/remotes'), { recursive: true });
    fs.writeFileSync(path.join(here.project, 'configs/remotes/gpu.yaml'), gpu.settings);
    fs.rmSync(adapterOf(here), { recursive: true });
    for (const line of alone) {
      const said = await right(here, line);
      if (line.includes('validate')) assert.match(said, /^up to date$/m);
    }
    for (const [name, text] of Object.entries(data))
      assert.is(fs.readFileSync(path.join(gpu.project, 'data/processed', name), 'utf8'), text);
    assert.equal(
      fs.readFileSync(path.join(adapterOf(here), 'adapter_model.safetensors')),
      fs.readFileSync(path.join(gpu.project, 'adapters/first/adapter_model.safetensors')),
    );
    for (const line of alone.filter((each) => /setup:remote|model:download/.test(each))) {
      const { machines } = JSON.parse(await right(here, `${line} --json`));
      assert.is(machines[0].report.outcome, 'unchanged', line);
    }
    gpu.close();
  });

  test('with a kill in the middle of every step', async () => {
    const { here, there } = await machines();
    const killed = async (machine: Machine, line: string) => {
      if (/npx just/.test(line)) await machine.type(line.replace(/^npm ci && /, ''), line.includes('setup:') ? 6 : 1.2);
      await right(machine, line);
    };
    await right(here, 'npm ci');
    await right(there, 'npm ci');
    await day(here, there, killed);
    there.sshd.stop();
  });

  test('a shell script with `set -e` stops where a task fails, with its exit code', async () => {
    const chain = (task: string) => first.here.type(`set -e; npx just mkdirs; ${task}; npx just storage; touch reached`);
    for (const [task, code] of [
      ['npx just storage --set storage.error_gb=900000 --set storage.warn_gb=900001', 1],
      ['npx just mkdirs --nonsense', 2],
      ['npx just env:local --check --set environments.local.path=.venv-other', 3],
    ] as const) {
      assert.is((await chain(task)).exitCode, code, task);
      assert.not.ok(fs.existsSync(path.join(first.here.project, 'reached')), task);
    }
    assert.is((await chain('npx just storage')).exitCode, 0);
    assert.ok(fs.existsSync(path.join(first.here.project, 'reached')));
  });
}

test.run();
