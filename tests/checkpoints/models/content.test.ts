import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareContent } from '../../../tasks/checkpoints/models/content';
import { expectationOf } from '../../../tasks/checkpoints/models/expected';
import { scanFile } from '../../../tasks/checkpoints/models/scan';
import { contextWith } from '../../support/context';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { commit, makeModel, recordAsHf, shards, weights } from './model';

const test = suite('model:verify --full');
const project = projectCopy();
const [first] = shards;

async function full(folder: string, ...options: string[]) {
  const { exitCode, stdout } = await runJust(project, ['model:verify', `--path=${folder}`, '--full', '--json', ...options]);
  const [step] = JSON.parse(stdout).steps;
  const problems = step.files.flatMap(({ path: name, problem }: { path: string; problem?: string }) =>
    problem ? [`${name} ${problem}`] : [],
  );
  return {
    exitCode,
    problems,
    hashedBytes: step.hashedBytes as number,
    unchangedBytes: step.unchangedBytes as number,
    found: step.found as string,
  };
}

function model(): string {
  const folder = path.join(temporaryFolder(), 'model');
  recordAsHf(folder, makeModel(folder));
  return folder;
}

const bytesOf = (folder: string) =>
  fs
    .readdirSync(folder)
    .filter((name) => name !== '.cache')
    .reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);

/** Changes one bit and puts the time back, as a failing disk or an attacker would. */
function flipQuietly(file: string): void {
  const { atime, mtime } = fs.statSync(file);
  const bytes = fs.readFileSync(file);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
  fs.utimesSync(file, atime, mtime);
}

test('reads every byte once, and none of it again while nothing changed', async () => {
  const folder = model();
  const once = await full(folder);
  assert.is(once.exitCode, 0);
  assert.equal([once.hashedBytes, once.unchangedBytes], [bytesOf(folder), 0]);
  const again = await full(folder);
  assert.equal([again.hashedBytes, again.unchangedBytes], [0, once.hashedBytes]);
  assert.match(once.found, /; \S+ [kM]B hashed$/);
  assert.match(again.found, /; \S+ [kM]B checked \(hashes of an earlier run, files unchanged\)$/);
});

test('a file that was written to just now is read again: it may change once more without a new time', async () => {
  const folder = model();
  const subject = { name: 'x', folder, asked: '', loose: true, choice: { include: [], exclude: [] }, remedy: { download: '', repair: '' } };
  const context = contextWith({});
  const expectation = expectationOf(context, subject);
  const read = async () => {
    const looked = scanFile(context.host, folder, expectation);
    return (await compareContent(context, folder, expectation, looked, { remember: true, onProgress: () => undefined })).readBytes;
  };
  await context.host.sleep(300);
  assert.is(await read(), bytesOf(folder));
  assert.is(await read(), 0);
  const bytes = fs.readFileSync(path.join(folder, first));
  fs.writeFileSync(path.join(folder, first), bytes);
  assert.is(await read(), bytes.length);
  assert.is(await read(), bytes.length, 'it was not remembered');
  await context.host.sleep(300);
  await read();
  assert.is(await read(), 0);
});

test('hashes large files in threads, each by its own hash', async () => {
  const folder = path.join(temporaryFolder(), 'loose');
  fs.mkdirSync(folder);
  const files = Object.fromEntries(
    ['x', 'y', 'z'].map((name) => [`${name}.safetensors`, weights({ [name]: [1500, 1000] }, name.charCodeAt(0))]),
  );
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
  recordAsHf(folder, files);
  const { found: _, ...first } = await full(folder);
  assert.equal(first, { exitCode: 0, problems: [], hashedBytes: bytesOf(folder), unchangedBytes: 0 });
  flipQuietly(path.join(folder, 'y.safetensors'));
  const { exitCode, problems, hashedBytes } = await full(folder);
  assert.equal([exitCode, problems], [1, ['y.safetensors wrong-hash']]);
  assert.is(hashedBytes, fs.statSync(path.join(folder, 'y.safetensors')).size, 'only the changed file was read');
});

test("two files of one size that lie under each other's name are told as swapped", async () => {
  const folder = path.join(temporaryFolder(), 'loose');
  fs.mkdirSync(folder);
  const files = Object.fromEntries(['a', 'b'].map((name, seed) => [`${name}.safetensors`, weights({ x: [600, 1000] }, seed + 1)]));
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
  recordAsHf(folder, files);
  fs.writeFileSync(path.join(folder, 'a.safetensors'), files['b.safetensors'] as Buffer);
  fs.writeFileSync(path.join(folder, 'b.safetensors'), files['a.safetensors'] as Buffer);
  const { exitCode, problems } = await full(folder);
  assert.equal([exitCode, problems], [1, ['a.safetensors swapped', 'b.safetensors swapped']]);
});

test('a file that is written to while it is read is not right, whatever its hash', async () => {
  const folder = path.join(temporaryFolder(), 'loose');
  fs.mkdirSync(folder);
  const file = path.join(folder, 'x.safetensors');
  const content = weights({ x: [12_000, 10_000] }, 1);
  fs.writeFileSync(file, content);
  recordAsHf(folder, { 'x.safetensors': content });
  const touching = setInterval(() => fs.utimesSync(file, new Date(), new Date()), 3);
  const touched = await full(folder);
  clearInterval(touching);
  assert.equal([touched.exitCode, touched.problems], [1, ['x.safetensors wrong-hash']]);
  assert.equal([(await full(folder)).exitCode], [0]);
});

test('a file with other bytes, the same size and the same time is found', async () => {
  const folder = model();
  await full(folder);
  flipQuietly(path.join(folder, first));
  assert.equal((await full(folder)).problems, [`${first} wrong-hash`]);
});

test('another file under the same name, with the same times, is found', async () => {
  const folder = model();
  const file = path.join(folder, first);
  await full(folder);
  fs.cpSync(file, `${file}.new`, { preserveTimestamps: true });
  flipQuietly(`${file}.new`);
  fs.renameSync(`${file}.new`, file);
  assert.equal((await full(folder)).problems, [`${first} wrong-hash`]);
});

test('a stamp with another hash, or one that cannot be read, is worth nothing', async () => {
  const folder = model();
  const once = await full(folder);
  const hashes = path.join(project, '.just-lora', 'hashes');
  for (const change of [(text: string) => text.replace(/"hex": "./g, '"hex": "z'), () => '{']) {
    for (const name of fs.readdirSync(hashes)) {
      const file = path.join(hashes, name);
      fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));
    }
    assert.equal(await full(folder), once);
  }
});

test('where no stamp can be kept the verdict is that of the model', async () => {
  const folder = model();
  const hashes = path.join(project, '.just-lora', 'hashes');
  fs.rmSync(hashes, { recursive: true, force: true });
  // Root writes into what is read-only, and into no folder that is a file.
  fs.writeFileSync(hashes, '');
  assert.equal((await full(folder)).exitCode, 0);
  flipQuietly(path.join(folder, first));
  assert.equal((await full(folder)).problems, [`${first} wrong-hash`]);
  fs.rmSync(hashes);
});

test('another recorded commit makes the hashes of before worth nothing', async () => {
  const folder = model();
  await full(folder);
  const tree = path.join(
    folder,
    '.cache',
    'huggingface',
    'trees',
    fs.readdirSync(path.join(folder, '.cache', 'huggingface', 'trees'))[0] ?? '',
  );
  fs.writeFileSync(
    tree,
    fs.readFileSync(tree, 'utf8').replace(/"lfs_sha256":"(.)/, (_, digit) => `"lfs_sha256":"${digit === '0' ? '1' : '0'}`),
  );
  assert.is((await full(folder)).exitCode, 1);
});

test('a look that must leave nothing behind leaves no stamps', async () => {
  const fresh = projectCopy();
  const folder = model();
  for (const look of ['--plan', '--check']) {
    const { stdout } = await runJust(fresh, ['model:verify', `--path=${folder}`, '--full', '--json', look]);
    assert.ok(JSON.parse(stdout).steps[0].hashedBytes > 0);
  }
  assert.not(fs.existsSync(path.join(fresh, '.just-lora')));
});

test('a model of the settings is looked at in models_dir', async () => {
  const models = path.join(temporaryFolder(), 'elsewhere');
  recordAsHf(path.join(models, 'mistral-7b'), makeModel(path.join(models, 'mistral-7b')));
  const args = ['model:verify', '--full', `--set=paths.models_dir=${models}`];
  assert.is((await runJust(project, [...args, '--model=mistral-7b'])).exitCode, 0);
  assert.is((await runJust(project, [...args, '--model=mistralai/Mistral-7B-Instruct-v0.3'])).exitCode, 0);
  const all = await runJust(project, [...args, '--model=all']);
  assert.is(all.exitCode, 3);
  assert.match(
    all.stdout,
    /llama-3\.1-8b` is not there.*\n +fix: `npx just model:download --set paths\.models_dir='.*' --model=llama-3\.1-8b`/,
  );
  fs.truncateSync(path.join(models, 'mistral-7b', first), 9);
  const bad = await runJust(project, [...args, '--model=mistral-7b']);
  assert.is(bad.exitCode, 1);
  assert.match(bad.stdout, `fix: \`npx just model:download --set paths.models_dir='${models}' --model=mistral-7b --repair\``);
});

test('another commit than the one that is pinned is what a download would fix', async () => {
  const models = path.join(temporaryFolder(), 'models');
  recordAsHf(path.join(models, 'mistral-7b'), makeModel(path.join(models, 'mistral-7b')));
  const verify = (revision: string) =>
    runJust(project, [
      'model:verify',
      '--model=mistral-7b',
      `--set=paths.models_dir=${models}`,
      `--set=models.mistral-7b.revision=${revision}`,
    ]);
  assert.is((await verify(commit)).exitCode, 0);
  const other = await verify('f'.repeat(40));
  assert.is(other.exitCode, 3);
  assert.match(other.stdout, 'commit ffffffffffff is pinned, 0123456789ab is there');
});

test('validate looks at the models that are there, and quickly', async () => {
  const models = path.join(temporaryFolder(), 'models');
  const steps = async () => {
    const args = [
      'validate',
      '--env=remote',
      '--no-gpu',
      '--json',
      `--set=paths.models_dir=${models}`,
      '--set=models.mistral-7b.enabled=true',
    ];
    return JSON.parse((await runJust(project, args)).stdout).steps.filter(({ name }: { name: string }) => name.startsWith('verify:'));
  };
  assert.equal(await steps(), []);
  recordAsHf(path.join(models, 'mistral-7b'), makeModel(path.join(models, 'mistral-7b')));
  const [step, ...more] = await steps();
  assert.equal([step.name, step.state, more.length, step.hashedBytes], ['verify:mistral-7b', 'done', 0, undefined]);
});

test.run();
