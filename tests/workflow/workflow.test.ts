import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Hub, startHub } from '../hub/server';
import { noMachines } from '../support/machines';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { adapterOf, alone, data, day, evening, morning, noon, right, serveModel } from './day';
import { bareMachine, gpuMachine, type Laptop, laptop, type Machine } from './machines';

const test = suite('the whole workflow');

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
    serveModel(hub, first.there);
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
