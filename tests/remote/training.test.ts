import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startJust } from '../support/project';
import { trainingProject } from '../support/training';

/** `train` with real libraries: a tiny Llama on the processor. `KILLS=10` kills it ten times instead of three. */
const test = suite('train with transformers');
const training = trainingProject('compat');
const { project, python, env } = training;
const kills = Number(process.env['KILLS'] ?? 3);
/** How far a weight of the adapter may be from that of a run that nobody killed. It was the same to the last bit so far. */
const tolerance = 1e-6;
const settings = ['batch_size=2', 'gradient_accumulation_steps=2', 'save_steps=1', 'epochs=1', 'max_seq_length=64', 'learning_rate=1e-3'];
const args = ['train', '--no-gpu', '--model=mini/llama', ...settings.flatMap((each) => ['--set', `training.arguments.${each}`])];
const steps = kills + 3;

const row = (number: number) => ({
  messages: [
    { role: 'user', content: `what will the weather be like ${number}` },
    { role: 'assistant', content: ['cloudy', 'rain', 'a light wind', 'noon'][number % 4] },
  ],
});
const linesOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${JSON.stringify(row(from + index))}\n`).join('');

test.before(async () => {
  const { exitCode, stderr } = await training.run('setup:remote', '--no-gpu');
  assert.is(exitCode, 0, stderr);
  execFileSync(python, [path.join(__dirname, 'tiny-models.py'), path.join(project, 'models')], { stdio: 'pipe' });
  fs.mkdirSync(path.join(project, 'data/processed'), { recursive: true });
  fs.writeFileSync(path.join(project, 'data/processed/train.jsonl'), linesOf(0, 4 * steps));
  fs.writeFileSync(path.join(project, 'data/processed/valid.jsonl'), linesOf(1000, 1003));
});

const adapter = (name: string) => path.join(project, 'adapters', name);
const runOf = (name: string) => JSON.parse(fs.readFileSync(path.join(adapter(name), 'run.json'), 'utf8'));

/** The values of an adapter's file, all of float32. */
function valuesOf(name: string): Float32Array {
  const file = fs.readFileSync(path.join(adapter(name), 'adapter_model.safetensors'));
  const data = file.subarray(8 + Number(file.readBigUInt64LE(0)));
  return new Float32Array(Uint8Array.from(data).buffer);
}

test('from rows to an adapter that is verified, with what it was made of; a second run has nothing to do', async () => {
  const first = await training.run(...args);
  assert.is(first.exitCode, 0, first.stderr);
  const { result, model, data } = runOf('first');
  assert.equal([result.steps, result.rows.rows, result.validation.rows, result.losses.length], [steps, 4 * steps, 3, steps]);
  assert.ok(result.losses.every(Number.isFinite) && result.samples.length === 3 && result.logitsDifference <= 1e-4);
  assert.equal([model.name, data.length], ['llama', 2]);
  const log = fs
    .readFileSync(path.join(project, 'logs/first/train.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.is(log.filter(({ loss }) => loss !== undefined).length, steps);
  const verified = await training.run('model:verify', '--adapter=adapters/first', '--full');
  assert.is(verified.exitCode, 0, verified.stderr);
  const second = await training.run(...args);
  assert.is(second.report.outcome, 'unchanged', second.stderr);
});

test(`killed ${kills} times it makes the adapter of a run that nobody killed`, async () => {
  const mine = [...args, '--name=killed'];
  const work = path.join(project, '.just-lora/training/killed');
  const last = () =>
    Math.max(
      0,
      ...fs
        .readdirSync(work, { recursive: true, encoding: 'utf8' })
        .map((name) => Number(/checkpoint-(\d+)\/whole\.json$/.exec(name)?.[1] ?? 0)),
    );
  for (let kill = 0; kill < kills; kill++) {
    const before = fs.existsSync(work) ? last() : 0;
    const { child, ended } = startJust(project, mine, env);
    // Only the process itself: what it started goes on until the next run ends it.
    const watch = setInterval(() => {
      if (fs.existsSync(work) && last() > before) child.kill('SIGKILL');
    }, 20);
    const { signal, stdout, stderr } = await ended;
    clearInterval(watch);
    assert.is(signal, 'SIGKILL', `${stdout}${stderr}`);
    assert.not.ok(fs.existsSync(adapter('killed')), 'no half adapter under its name');
  }
  const { exitCode, stderr } = await training.run(...mine);
  assert.is(exitCode, 0, stderr);
  const [whole, killed] = [runOf('first').result, runOf('killed').result];
  assert.ok(killed.resumedAt > 0, 'it went on from a checkpoint');
  assert.equal(killed.losses, whole.losses, 'the loss curve continues');
  const [expected, found] = [valuesOf('first'), valuesOf('killed')];
  assert.is(found.length, expected.length);
  const far = found.reduce((most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? Number.NaN))), 0);
  console.log(`killed ${kills} times: ${far} from the run that nobody killed`);
  assert.ok(far <= tolerance, `${far}`);
});

test('asked for its end it writes a checkpoint, and goes on from it to the same adapter', async () => {
  const mine = [...args, '--name=stopped', '--set', 'training.arguments.save_steps=1000'];
  const { child, ended } = startJust(project, mine, env);
  const log = path.join(project, 'logs/stopped/train.jsonl');
  const watch = setInterval(() => {
    if (!fs.existsSync(log) || fs.statSync(log).size === 0) return;
    clearInterval(watch);
    child.kill('SIGUSR2');
  }, 20);
  const { exitCode, stderr } = await ended;
  clearInterval(watch);
  // A run of few steps may be at its end by then.
  if (exitCode !== 0) {
    assert.match(stderr, 'E_TRAIN_STOPPED');
    assert.is((await training.run(...mine)).exitCode, 0);
    assert.ok(runOf('stopped').result.resumedAt > 0);
  }
  assert.equal(runOf('stopped').result.losses, runOf('first').result.losses);
});

test('a checkpoint that was cut short since is passed over; one that is damaged inside is named, and its cure helps', async () => {
  const mine = [...args, '--name=damaged', '--set', 'training.arguments.epochs=3'];
  const work = path.join(project, '.just-lora/training/damaged');
  const checkpoints = () =>
    fs.existsSync(work)
      ? fs
          .readdirSync(work, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('whole.json'))
          .map((name) => path.join(work, path.dirname(name)))
          .sort((one, other) => Number(other.split('-').at(-1)) - Number(one.split('-').at(-1)))
      : [];
  const { child, ended } = startJust(project, mine, env);
  const watch = setInterval(() => {
    if (checkpoints().length > 1) child.kill('SIGINT');
  }, 20);
  await ended;
  clearInterval(watch);
  const [newest = '', before = ''] = checkpoints();
  fs.truncateSync(path.join(newest, 'optimizer.pt'), 100);
  const optimizer = path.join(before, 'optimizer.pt');
  fs.writeFileSync(optimizer, Buffer.alloc(fs.statSync(optimizer).size));
  const { exitCode, stderr } = await training.run(...mine);
  assert.is(exitCode, 1);
  assert.match(stderr, `${path.relative(project, before)}\` cannot be gone on from`);
  assert.not.ok(fs.existsSync(newest));
  execFileSync('sh', ['-c', /`(mv .*?) && npx just train/.exec(stderr)?.[1] ?? 'false'], { cwd: project });
  assert.is((await training.run(...mine)).exitCode, 0);
});

test('the adapter is that of the best evaluation, and of the last step where that is asked for', async () => {
  const mine = [...args, '--set', 'training.arguments.epochs=3', '--set', 'training.arguments.learning_rate=3'];
  const last = '--set=training.arguments.load_best_model_at_end=false';
  for (const more of [['--name=best'], ['--name=last', last]]) {
    const { exitCode, stderr } = await training.run(...mine, ...more);
    assert.is(exitCode, 0, stderr);
  }
  const [best, end] = [runOf('best').result, runOf('last').result];
  assert.equal(best.evaluations, end.evaluations);
  const [lowest] = [...best.evaluations].sort((a, b) => a.loss - b.loss);
  console.log(`best: ${JSON.stringify(best.evaluations)}, kept ${JSON.stringify(best.best)}`);
  assert.is(best.best.loss, lowest.loss);
  assert.is(end.best, null);
  assert.is(distance('best', 'last') > 0, best.best.step < best.steps);
  assert.not.ok(fs.existsSync(path.join(project, '.just-lora/training/best')));
});

/** How far two adapters are from each other, as a share of the weights of the other. */
function distance(name: string, other: string): number {
  const [one, two] = [valuesOf(name), valuesOf(other)];
  const length = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length(one.map((value, at) => value - (two[at] ?? Number.NaN))) / length(two);
}

const plain = [...args, '--set', 'training.lora.dropout=0'];
const two = [...plain, '--set', 'training.processes=2', '--set', 'training.arguments.gradient_accumulation_steps=1'];

test('two processes are proven together, and make the adapter that one makes of as many rows a step', async () => {
  const [one, several] = [await training.run(...plain, '--name=one'), await training.run(...two, '--name=several')];
  assert.equal([one.exitCode, several.exitCode], [0, 0], `${one.stderr}${several.stderr}`);
  const proof = several.step('train');
  assert.ok(proof.together.processes === 2 && proof.together.distance <= proof.together.allowedDistance, JSON.stringify(proof));
  const { result, settings } = runOf('several');
  assert.equal([result.processes, result.steps, settings.processes], [2, steps, 2]);
  assert.equal(result.losses, runOf('one').result.losses);
  const far = distance('several', 'one');
  console.log(`two processes: ${far} of the weights from one`);
  assert.ok(far <= 1e-5, `${far}`);
  const log = fs.readFileSync(path.join(project, 'logs/several/train.jsonl'), 'utf8');
  assert.is(log.split('\n').filter((line) => line.includes('"loss"')).length, steps, 'one of them tells');
  assert.is((await training.run(...two, '--name=several')).report.outcome, 'unchanged');
});

test('two processes that are killed, and asked for their end, go on to the same adapter, and nobody is left behind', async () => {
  const mine = [...two, '--name=together'];
  const log = path.join(project, 'logs/together/train.jsonl');
  const run = async (signal: NodeJS.Signals, when: () => boolean) => {
    const { child, ended } = startJust(project, mine, env);
    const watch = setInterval(() => when() && child.kill(signal), 20);
    const { exitCode, stderr } = await ended.finally(() => clearInterval(watch));
    return { exitCode, stderr };
  };
  const whole = () => fs.existsSync(log) && fs.readFileSync(log, 'utf8').includes('"step": 2');
  await run('SIGKILL', whole);
  const running = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(project) && line.includes('train.py'));
  // They end behind whoever started them, and may tell one more step.
  while (running().length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  // Once this run has told a step: what the one before it told is in the log too.
  const before = fs.statSync(log).size;
  let asked = false;
  const stopped = await run('SIGUSR2', () => {
    const now = !asked && fs.statSync(log).size > before;
    asked ||= now;
    return now;
  });
  assert.match(stopped.stderr, stopped.exitCode === 0 ? '' : 'E_TRAIN_STOPPED', stopped.stderr);
  assert.is((await training.run(...mine)).exitCode, 0);
  assert.ok(stopped.exitCode === 0 || runOf('together').result.resumedAt > 0);
  assert.equal(runOf('together').result.losses, runOf('several').result.losses);
  assert.ok(distance('together', 'several') <= 1e-6);
  assert.equal(running(), []);
});

test('merged it is a model of its own that loads and answers as both together; the second time there is nothing to do', async () => {
  const merged = await training.run('train:merge');
  assert.is(merged.exitCode, 0, merged.stderr);
  const record = JSON.parse(fs.readFileSync(path.join(project, 'models/first-merged/merge.json'), 'utf8'));
  assert.ok(record.result.adapterDifference > 0 && record.result.logitsDifference <= 5e-2, JSON.stringify(record.result));
  const loaded = await training.run('model:verify', '--path=models/first-merged', '--load');
  assert.is(loaded.exitCode, 0, loaded.stderr);
  assert.is((await training.run('train:merge')).report.outcome, 'unchanged');
});

test('a merge that is killed leaves no model under its name, and the next one goes through', async () => {
  const { child, ended } = startJust(project, ['train:merge', '--into=other'], env);
  const half = path.join(project, 'models/.other.merging');
  const watch = setInterval(() => fs.existsSync(half) && child.kill('SIGKILL'), 20);
  assert.is((await ended).signal, 'SIGKILL');
  clearInterval(watch);
  assert.not.ok(fs.existsSync(path.join(project, 'models/other')));
  const again = await training.run('train:merge', '--into=other');
  assert.is(again.exitCode, 0, again.stderr);
  assert.not.ok(fs.existsSync(half));
});

test('a row whose answer cannot be known is refused with its file and line', async () => {
  fs.writeFileSync(path.join(project, 'data/processed/more.jsonl'), `${JSON.stringify({ messages: [{ role: 'user', content: 'a' }] })}\n`);
  const { exitCode, step } = await training.run(...args, '--name=third');
  fs.rmSync(path.join(project, 'data/processed/more.jsonl'));
  assert.is(exitCode, 1);
  assert.equal([step('training').code, step('training').found], ['E_TRAIN_ROWS', 'data/processed/more.jsonl:1: nobody answers']);
});

test('what the laptop gets is an adapter whose base is named by the Hub, where it came from there', async () => {
  const told = JSON.parse(fs.readFileSync(path.join(adapter('first'), 'adapter_config.json'), 'utf8'));
  assert.equal([told.r, told.base_model_name_or_path], [16, path.join(project, 'models/llama')], 'no record of the Hub: its folder');
});

test.run();
