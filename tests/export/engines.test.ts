import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runLines, setupLines } from '../../tasks/export/scripts';
import { rentedCards } from '../../tasks/knowledge/rented-cards';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { environmentOf, newerPython } from '../support/python';
import { skip } from '../support/skip';

// Fetches skypilot and dstack from the package index once, 250 MB with all that they need.
const test = suite('files of export, read by the engines themselves');
const base = newerPython();

/** A project with rows, one file of which is too large for dstack to send. */
function project(large = false): string {
  const folder = projectCopy();
  fs.writeFileSync(path.join(folder, 'data/processed/train.jsonl'), `${'{"text": "one"}\n'.repeat(large ? 200_000 : 1)}`);
  fs.writeFileSync(path.join(folder, 'data/processed/a b #1.jsonl'), '{"text": "two"}\n');
  fs.writeFileSync(path.join(folder, 'configs/setup.remote.yaml'), 'remote: { engine: venv }\n');
  fs.writeFileSync(path.join(folder, 'package-lock.json'), '{}');
  return folder;
}

const options = ['--set', 'training.arguments.epochs=1', '--name=second'];
const scripts = { model: 'llama-3.1-8b', adapter: 'second', isLocked: true };

if (!base) skip(test, 'the engines', 'no Python 3.11, 3.12 or 3.13 here, nor one that uv could bring');
else {
  // Without a home of its own SkyPilot leaves a database in that of the person.
  const env = { ...process.env, HOME: temporaryFolder('home') };
  const read = (python: string, script: string, ...args: string[]) => {
    const lines = execFileSync(python, [path.join(__dirname, script), ...args], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(lines.trim().split('\n').at(-1) ?? '');
  };
  const skypilot = () => environmentOf(base, ['skypilot==0.14.1']);
  const dstack = () => environmentOf(base, ['dstack==0.22.5']);

  test('SkyPilot reads what was meant', async () => {
    const folder = project();
    const ran = await runJust(folder, ['export', '--to=skypilot', ...options]);
    assert.is(ran.exitCode, 0, ran.stderr);
    const task = read(skypilot(), 'read-skypilot.py', folder, 'configs/train.sky.yaml');
    assert.equal([task.name, task.workdir, task.ordered, task.counts], ['just-lora-train', '.', false, [1]]);
    // 30 GB of `storage` are 28 GiB.
    assert.equal(task.disk, [78]);
    await runJust(folder, ['export', '--to=skypilot', ...options, '--set', 'training.processes=2']);
    assert.equal(read(skypilot(), 'read-skypilot.py', folder, 'configs/train.sky.yaml').counts, [2]);
    assert.ok(task.cards.includes('RTX3090') && task.cards.includes('A100-80GB') && !task.cards.includes('L4'));
    assert.equal(task.mounts, {
      '~/sky_workdir/data/processed/a b #1.jsonl': './data/processed/a b #1.jsonl',
      '~/sky_workdir/data/processed/train.jsonl': './data/processed/train.jsonl',
      '~/sky_workdir/configs/setup.remote.yaml': './configs/setup.remote.yaml',
    });
    assert.equal(task.envs, { JUST_LORA_TRAINING__ARGUMENTS__EPOCHS: '1' });
    assert.equal(task.secrets, ['HF_TOKEN']);
    // A secret without a value in the file is to be given to each command that starts the task.
    const commands = () =>
      fs.readFileSync(path.join(folder, 'configs/train.sky.yaml'), 'utf8').match(/^# {3}sky (?:launch|exec).*/gm) ?? [];
    assert.equal(
      commands().map((line) => line.includes(' --secret HF_TOKEN ')),
      [true, true],
    );
    await runJust(folder, ['export', '--to=skypilot', ...options, '--no-token']);
    assert.equal(
      commands().map((line) => line.includes('--secret')),
      [false, false],
    );
    assert.is(task.setup.trimEnd(), setupLines(scripts).join('\n'));
    assert.is(task.run.trimEnd(), runLines(scripts).join('\n'));
  });

  test('each engine keeps checkpoints where --keep says', async () => {
    const folder = project();
    await runJust(folder, ['export', '--to=skypilot', '--keep=s3://my-bucket/kept']);
    const sky = read(skypilot(), 'read-skypilot.py', folder, 'configs/train.sky.yaml');
    assert.equal(sky.kept, { '~/sky_workdir/.just-lora/training': ['s3://my-bucket/kept', 'MOUNT_CACHED'] });
    const azure = 'https://account.blob.core.windows.net/container/kept';
    await runJust(folder, ['export', '--to=skypilot', `--keep=${azure}`]);
    const kept = read(skypilot(), 'read-skypilot.py', folder, 'configs/train.sky.yaml').kept;
    assert.equal(kept, { '~/sky_workdir/.just-lora/training': [azure, 'MOUNT_CACHED'] });
    await runJust(folder, ['export', '--to=dstack', '--keep=my-volume']);
    const task = read(dstack(), 'read-dstack.py', path.join(folder, 'configs/train.dstack.yml'));
    assert.equal(
      task.volumes.map(({ name, path: place }: { name: string; path: string }) => [name, place]),
      [['my-volume', '/kept']],
    );
    assert.match(task.commands[1], /^mkdir -p \/kept\/training \.just-lora\nln -sfn \/kept\/training \.just-lora\/training\n/);
    const wrong = await runJust(folder, ['export', '--to=dstack', '--keep=s3://my-bucket']);
    assert.is(wrong.exitCode, 2);
  });

  test('SkyPilot sends each file that is named, though git ignores it', () => {
    const folder = project();
    execFileSync('git', ['init', '-q'], { cwd: folder });
    fs.writeFileSync(path.join(folder, '.gitignore'), '/data/processed/*\n!/data/processed/.gitkeep\n');
    fs.writeFileSync(path.join(folder, 'data/processed/.gitkeep'), '');
    execFileSync('git', ['add', '.'], { cwd: folder });
    const sent = (what: string) => read(skypilot(), 'sent-by-skypilot.py', path.join(folder, what)) as string[];
    assert.equal(sent('data/processed'), ['data/processed/', 'data/processed/.gitkeep']);
    assert.equal(sent('data/processed/train.jsonl'), ['data/processed/train.jsonl']);
  });

  test('dstack reads what was meant', async () => {
    const folder = project();
    fs.copyFileSync(path.join(folder, 'data/processed/train.jsonl'), path.join(folder, 'data/processed/t-10:00.jsonl'));
    execFileSync('git', ['init', '-q'], { cwd: folder });
    execFileSync('git', ['remote', 'add', 'origin', 'https://example.org/me/project.git'], { cwd: folder });
    const ran = await runJust(folder, ['export', '--to=dstack', ...options]);
    assert.is(ran.exitCode, 0, ran.stderr);
    const task = read(dstack(), 'read-dstack.py', path.join(folder, 'configs/train.dstack.yml'));
    assert.equal([task.type, task.name], ['task', 'just-lora-train']);
    assert.equal([task.resources.gpu.count, task.resources.gpu.memory.min], [{ min: 1, max: 1 }, 24]);
    assert.equal(task.resources.disk.size.min, 78);
    await runJust(folder, ['export', '--to=dstack', ...options, '--set', 'training.processes=2']);
    const two = read(dstack(), 'read-dstack.py', path.join(folder, 'configs/train.dstack.yml'));
    assert.equal(two.resources.gpu.count, { min: 2, max: 2 });
    // What a container has by itself is too little for NCCL.
    assert.equal([task.resources.shm_size, two.resources.shm_size], [null, 2]);
    assert.ok(task.resources.gpu.name.includes('RTX3090') && !task.resources.gpu.name.includes('L4'));
    assert.is(task.repos[0].local_path, '..');
    assert.equal(
      task.files.map((each: { local_path: string; path: string }) => [each.local_path, each.path]),
      [
        ['../data/processed/a b #1.jsonl', 'data/processed/a b #1.jsonl'],
        ['../data/processed/t-10:00.jsonl', 'data/processed/t-10:00.jsonl'],
        ['../data/processed/train.jsonl', 'data/processed/train.jsonl'],
        ['../configs/setup.remote.yaml', 'configs/setup.remote.yaml'],
      ],
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dstack replaces it
    assert.equal(task.env, { HF_TOKEN: '${{ secrets.HF_TOKEN }}', JUST_LORA_TRAINING__ARGUMENTS__EPOCHS: '1' });
    assert.equal(
      task.commands.slice(0, 2).map((text: string) => text.trimEnd()),
      [setupLines(scripts).join('\n'), runLines(scripts).join('\n')],
    );
  });

  test('dstack: rows that are too large to be sent are waited for, and a project without an address is sent', async () => {
    const folder = project(true);
    await runJust(folder, ['export', '--to=dstack']);
    const task = read(dstack(), 'read-dstack.py', path.join(folder, 'configs/train.dstack.yml'));
    assert.equal(task.repos, []);
    assert.equal(
      task.files.map((each: { local_path: string }) => each.local_path),
      ['..', '../data/processed/a b #1.jsonl', '../configs/setup.remote.yaml'],
    );
    assert.match(task.commands[1], /waiting for data\/processed\/train\.jsonl \(3\.2 MB\)/);
    assert.match(task.commands[1], /^until \[ -e \.just-lora\/manifests\/data-processed\.sha256 \]/m);
  });

  test('the packages know every name of a card, and dstack its size', () => {
    const names: { skypilot: string[]; dstack: [string, number, string][] } = {
      skypilot: read(skypilot(), 'names-of-skypilot.py'),
      dstack: read(dstack(), 'names-of-dstack.py'),
    };
    const asked = rentedCards.flatMap(({ skypilot: each }) => each);
    assert.ok(asked.length > 30 && !names.skypilot.includes('RTX9090'));
    assert.equal(
      asked.filter((name) => !names.skypilot.includes(name)),
      [],
    );
    const known = rentedCards.filter((card) => card.dstack);
    assert.ok(known.length > 25);
    assert.equal(
      known.filter(({ dstack: name, nominalGb }) => !names.dstack.some(([other, size]) => other === name && size === nominalGb)),
      [],
    );
    // A smaller card of the same name would be offered too, were it above the least memory of the file.
    for (const card of known)
      for (const [name, size] of names.dstack) {
        const sizes = known.filter((other) => other.dstack === name).map(({ nominalGb }) => nominalGb);
        if (name === card.dstack && size >= 12) assert.ok(sizes.includes(size), `${name} ${size}`);
      }
  });
}

test.run();
