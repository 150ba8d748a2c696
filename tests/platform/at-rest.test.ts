import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withLock } from '../../tasks/engine/lock/lock';
import { makeStateFolder, writeProof } from '../../tasks/engine/state';
import { contextWith } from '../support/context';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';

const test = suite('what lies on the disk');
const usual = process.umask();
const modeOf = (file: string) => (fs.lstatSync(file).mode & 0o777).toString(8);

/** Every file and folder of the state folder with the mode it has. */
const modesIn = (state: string) =>
  [state, ...fs.readdirSync(state, { recursive: true, encoding: 'utf8' }).map((name) => path.join(state, name))].map((file) => ({
    file: path.relative(path.dirname(state), file),
    isFolder: fs.statSync(file).isDirectory(),
    mode: modeOf(file),
  }));

const wide = (state: string) => modesIn(state).filter(({ isFolder, mode }) => mode !== (isFolder ? '700' : '600'));

test.after.each(() => void process.umask(usual));

for (const umask of [0o000, 0o022, 0o077])
  test(`umask ${umask.toString(8).padStart(3, '0')}: the state folder is for us alone, and files of the project are as usual`, async () => {
    process.umask(umask);
    const project = projectCopy();
    const volume = temporaryFolder();
    fs.writeFileSync(
      path.join(project, 'configs/setup.local.yaml'),
      JSON.stringify({ remotes: { gpu: { type: 'local', path: volume } }, sync: { push: ['data/raw'] } }),
    );
    fs.rmSync(path.join(project, 'data'), { recursive: true });
    for (const args of [['mkdirs'], ['report'], ['sync:push', '--plan']]) {
      const { exitCode, stderr } = await runJust(project, args);
      assert.is(exitCode, 0, `${args.join(' ')}: ${stderr}`);
    }
    const state = path.join(project, '.just-lora');
    const names = modesIn(state).map(({ file }) => file);
    for (const part of ['runs/', 'report.html', 'plans/', '.gitignore'])
      assert.ok(
        names.some((name) => name.startsWith(`.just-lora/${part}`)),
        part,
      );
    assert.equal(wide(state), []);
    assert.is(modeOf(path.join(project, 'data/raw')), (0o777 & ~umask).toString(8));
    assert.is(modeOf(path.join(project, 'data/raw/.gitkeep')), (0o666 & ~umask).toString(8));
  });

test('the lock while it is held, and a proof', async () => {
  process.umask(0);
  const context = contextWith({});
  writeProof(context, 'libraries', { inputs: {}, found: 'all' });
  await withLock(context.host, context.root, { task: 'venv', waitSeconds: 1, onWait: () => undefined }, async () => {
    assert.ok(fs.existsSync(path.join(context.root, '.just-lora/lock.json')));
    assert.equal(wide(path.join(context.root, '.just-lora')), []);
    // What runs is noted in it.
    await context.host.processes.ask('sh', ['-c', 'sleep 0.2'], { cwd: context.root });
    assert.equal(wide(path.join(context.root, '.just-lora')), []);
  });
});

test('a state folder that is open to others is closed, also behind a link of ours', () => {
  const { host, root } = contextWith({});
  const state = path.join(root, '.just-lora');
  fs.mkdirSync(state);
  fs.chmodSync(state, 0o777);
  makeStateFolder(host, root);
  assert.is(modeOf(state), '700');
  const other = contextWith({});
  fs.chmodSync(state, 0o755);
  fs.symlinkSync(state, path.join(other.root, '.just-lora'));
  makeStateFolder(other.host, other.root);
  assert.is(modeOf(state), '700');
});

// A link of another user can only be made by root here.
const noOther = process.getuid?.() === 0 ? undefined : 'a second user: run as root';
const other = 65_534;
const asRoot = (name: string, work: () => Promise<void>) => (noOther ? skip(test, name, noOther) : test(name, work));

for (const name of ['.just-lora', 'models', 'adapters'])
  asRoot(`\`${name}\` that another user made a link is not followed`, async () => {
    const project = projectCopy();
    const elsewhere = temporaryFolder();
    const link = path.join(project, name);
    fs.rmSync(link, { recursive: true, force: true });
    fs.symlinkSync(elsewhere, link);
    fs.lchownSync(link, other, other);
    const run = (...more: string[]) => runJust(project, ['mkdirs', '--json', ...more]);
    const refused = await run();
    assert.equal([refused.exitCode, JSON.parse(refused.stdout).error.code], [1, 'E_FOREIGN_LINK'], refused.stderr);
    assert.match(refused.stderr, `\`${name}\` is a link of another user`);
    assert.equal(fs.readdirSync(elsewhere), []);
    if (name !== '.just-lora') assert.is((await run('--set', `paths.${name}_dir=${name}`)).exitCode, 0);
    // Ours, and one of who owns the project.
    fs.lchownSync(link, 0, 0);
    assert.is((await run()).exitCode, 0);
    fs.chownSync(project, other, other);
    fs.lchownSync(link, other, other);
    assert.is((await run()).exitCode, 0);
    fs.chownSync(project, 0, 0);
  });

asRoot('a link of another user on the way there is not followed either, and one of root is', async () => {
  const project = projectCopy();
  const link = path.join(project, 'store');
  fs.symlinkSync(temporaryFolder(), link);
  fs.lchownSync(link, other, other);
  fs.writeFileSync(path.join(project, 'configs/paths_config.json'), JSON.stringify({ models_dir: 'store/models' }));
  assert.match((await runJust(project, ['mkdirs'])).stderr, /`store` is a link of another user.*E_FOREIGN_LINK/s);
});

test.run();
