import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faultOf } from '../../../tasks/common/errors';
import { condaStep } from '../../../tasks/environments/conda/conda-step';
import { condaProject, fixtureConda, treeOf, writeEnvironmentFile } from '../../support/conda';
import { packageIndex } from '../../support/package-index';
import { runJust, startJust, temporaryFolder } from '../../support/project';
import { python310 } from '../../support/python';
import { skip } from '../../support/skip';
import { smallWheels } from '../../support/small-environment';
import { mountTmpfs } from '../../support/tmpfs';
import { contextFor } from '../../support/transcript';
import { uvFolder } from '../../support/uv';
import { wheel } from '../../support/wheels';

const test = suite("conda: what is a person's is never lost");
const channels = ['conda-forge'];

/** The step as a run takes it: looks, acts, looks again. Everything but the command line, which takes a second each time. */
async function run(project: string, env: Record<string, string | undefined>, { forced = false, sets = [] as string[] } = {}) {
  const context = { ...contextFor(project, { env, sets }), forced: () => forced };
  const step = condaStep('env:remote', '');
  const look = await step.check(context, 'quick');
  try {
    if (look.state === 'todo' || (look.state === 'done' && forced))
      for (const action of (await step.plan?.(context, look.seen)) ?? []) await action.run(context, () => undefined);
  } catch (error) {
    const { code, found, fix } = faultOf(error);
    return { code, found, fix, warning: '' };
  }
  const after = look.state === 'blocked' ? look : await step.check(context, 'quick', undefined, look.seen);
  const { code, found, fix = '', warning = '' } = { code: undefined, fix: '', warning: '', ...after };
  return { code, found, fix, warning };
}

/** An environment as conda makes it, made by a person, with a file of theirs in it. */
function personsEnvironment(prefix: string, packages: readonly string[]): void {
  fs.mkdirSync(path.join(prefix, 'conda-meta'), { recursive: true });
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'history'), '# cmd: conda create -n weatherman-lora\n');
  for (const name of packages) fs.writeFileSync(path.join(prefix, 'conda-meta', `${name}.json`), '{"files": []}');
  fs.writeFileSync(path.join(prefix, 'thesis.txt'), 'years of work');
}

const file = (prefix: string, name: string, text = 'mine') => {
  fs.mkdirSync(path.dirname(path.join(prefix, name)), { recursive: true });
  fs.writeFileSync(path.join(prefix, name), text);
};

test('an environment that fits is used and left, where the lock had to be made first, and after the file changed', async () => {
  const index = await packageIndex(smallWheels.map(wheel));
  const { env: machine, prefix } = fixtureConda('26.7.1');
  const tools = [uvFolder(), path.dirname(python310() as string), path.dirname(process.execPath), '/usr/bin', '/bin'];
  const env = { ...machine, PATH: tools.join(path.delimiter), PIP_INDEX_URL: index.url };
  const project = condaProject({ channels, conda: ['tinybin=1.0'], pip: ['gamma==3.0'] });
  personsEnvironment(prefix, ['tinybin-1.0-0']);
  file(prefix, 'lib/python3.10/site-packages/gamma-3.0.dist-info/INSTALLER', 'pip\n');
  const before = treeOf(prefix);
  const used = await run(project, env);
  assert.is(used.code, undefined, used.found);
  assert.match(used.found, /just-lora did not make it/);
  assert.equal(treeOf(prefix), before);
  writeEnvironmentFile(project, { channels, conda: ['tinybin=2.0'], pip: ['gamma==3.0'] });
  for (const forced of [false, true]) {
    const refused = await run(project, env, { forced });
    assert.is(refused.code, 'E_CONDA_PREFIX_TAKEN', refused.found);
    assert.equal(treeOf(prefix), before);
  }
  await index.close();
});

test('a copy of ours that a person made elsewhere is a person’s', async () => {
  const { env, prefix } = fixtureConda('24.11.1');
  const project = condaProject({ channels, conda: ['tinybin=1.0'] });
  assert.is((await run(project, env)).code, undefined);
  const copy = `${prefix}-copy`;
  fs.cpSync(prefix, copy, { recursive: true });
  const before = treeOf(copy);
  writeEnvironmentFile(project, { channels, conda: ['tinybin=2.0'] });
  const refused = await run(project, env, { sets: [`remote.prefix=${copy}`] });
  assert.is(refused.code, 'E_CONDA_PREFIX_TAKEN', refused.found);
  assert.equal(treeOf(copy), before);
});

test('a file of a person below the top level: a rebuild keeps the one before, and tells its place, after failures too', async () => {
  const { env, prefix } = fixtureConda('26.7.1');
  const project = condaProject({ channels, conda: ['tinybin=1.0'] });
  const make = async (version: string, fault = '') => {
    writeEnvironmentFile(project, { channels, conda: [`tinybin=${version}`] });
    return run(project, { ...env, CONDA_FIXTURE_FAULT: fault });
  };
  assert.is((await make('1.0')).code, undefined);
  assert.is((await make('2.0')).code, undefined);
  assert.equal(fs.readdirSync(path.dirname(prefix)), ['weatherman-lora'], 'nothing of a person was in it');
  file(prefix, 'bin/mytool');
  const kept = await make('3.0');
  assert.is(kept.code, undefined, kept.found);
  assert.match(kept.warning, /weatherman-lora\.before`, which holds bin\/mytool$/);
  assert.ok(fs.existsSync(path.join(`${prefix}.before`, 'bin', 'mytool')));
  for (const fault of ['unsolvable', 'exit-1']) assert.ok((await make('4.0', fault)).code);
  const after = await make('4.0');
  assert.is(after.code, undefined, after.found);
  assert.match(after.warning, /weatherman-lora\.before`/, 'its place is told still');
  file(prefix, 'etc/conda/activate.d/mine.sh');
  const second = await make('5.0');
  assert.match(second.warning, /weatherman-lora\.before`.*weatherman-lora\.before-2`, which holds etc\/conda\/activate\.d\/mine\.sh/);
  assert.ok(fs.existsSync(path.join(`${prefix}.before`, 'bin', 'mytool')));
  assert.ok(fs.existsSync(path.join(`${prefix}.before-2`, 'etc/conda/activate.d/mine.sh')));
  // Taken away by the person, it is not told any more.
  fs.rmSync(`${prefix}.before`, { recursive: true });
  assert.not.match((await run(project, env)).warning, /\.before`/);
});

test('interrupted while conda solves: what a person makes there meanwhile is a person’s', async () => {
  const { env, prefix, home } = fixtureConda('26.7.1');
  const project = condaProject({ channels, conda: ['tinybin=1.0'] });
  const { child, ended } = startJust(project, ['conda'], { ...env, CONDA_FIXTURE_FAULT: 'solving' });
  for (let turn = 0; turn < 400 && !fs.existsSync(path.join(home, 'solving')); turn++)
    await new Promise((resolve) => setTimeout(resolve, 25));
  process.kill(-(child.pid as number), 'SIGKILL');
  await ended;
  personsEnvironment(prefix, ['numpy-2.0.1-py310_0']);
  const before = treeOf(prefix);
  for (const forced of [false, true]) {
    const refused = await run(project, env, { forced });
    assert.is(refused.code, 'E_CONDA_PREFIX_TAKEN', refused.found);
    assert.equal(treeOf(prefix), before);
  }
  assert.equal(fs.readdirSync(path.dirname(prefix)), ['weatherman-lora']);
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'tinybin-1.0-0.json'), '{"files": []}');
  const fits = await run(project, env);
  assert.is(fits.code, undefined, fits.found);
  assert.not(fs.existsSync(path.join(prefix, 'just-lora.json')));
});

test('a package that a person added stays a person’s after pip’s half was mended', async () => {
  const { env, prefix } = fixtureConda('24.11.1');
  const project = condaProject({ channels, conda: ['tinybin=1.0'] });
  assert.is((await run(project, env)).code, undefined);
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'mine-1.0-0.json'), '{"files": []}');
  // As a run leaves it that is killed while pip is at work.
  const noted = path.join(project, '.just-lora', 'conda.json');
  const { ino, birthtimeMs } = fs.lstatSync(prefix);
  const folder = { inode: ino, birthMs: Math.round(birthtimeMs) };
  fs.writeFileSync(noted, JSON.stringify({ ...JSON.parse(fs.readFileSync(noted, 'utf8')), phase: 'pip', folder }));
  const mended = await run(project, env);
  assert.is(mended.code, undefined, mended.found);
  assert.match(mended.warning, /mine 1\.0 \(conda\)/);
  writeEnvironmentFile(project, { channels, conda: ['tinybin=2.0'] });
  const rebuilt = await run(project, env);
  assert.is(rebuilt.code, undefined, rebuilt.found);
  assert.match(rebuilt.warning, /weatherman-lora\.before`, which holds mine/);
});

const small = temporaryFolder('just-lora small');
const unmounted = mountTmpfs(small, 'size=64m');
const forced = 'what is built again though it is whole needs its room first';
if (unmounted) skip(test, forced, unmounted);
else
  test(forced, async () => {
    const { env } = fixtureConda('24.11.1');
    const project = condaProject({ channels, conda: ['tinybin=1.0'] });
    const sets = [`remote.prefix=${path.join(small, 'env')}`];
    const made = await run(project, env, { sets });
    assert.is(made.code, undefined, made.found);
    fs.writeFileSync(path.join(small, 'ballast'), Buffer.alloc(66.8e6));
    assert.is((await run(project, env, { sets, forced: true })).code, 'E_ROOM');
    assert.ok(fs.existsSync(path.join(small, 'env', 'just-lora.json')));
  });

test('a channel that answers with a login page: said as that, and the way without conda is named', async () => {
  const { env, home } = fixtureConda('26.7.1');
  const says = path.join(home, 'says');
  fs.writeFileSync(
    says,
    'json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0); got "<html><head><title>Login</title>"\n',
  );
  const failed = await run(condaProject({ channels, conda: ['tinybin=1.0'] }), { ...env, CONDA_FIXTURE_FAULT: `says:${says}` });
  assert.is(failed.code, 'E_CONDA_CHANNEL');
  assert.match(failed.fix, /--set remote\.engine=venv/);
});

test('a file of conda’s that is gone is drift in a full look', async () => {
  const { env, prefix } = fixtureConda('24.11.1');
  const project = condaProject({ channels, conda: ['tinybin=1.0'] });
  assert.is((await run(project, env)).code, undefined);
  fs.rmSync(path.join(prefix, 'bin', 'tinybin'));
  const { stdout } = await runJust(project, ['validate', '--env=remote', '--json'], env);
  const step = JSON.parse(stdout).steps.find(({ name }: { name: string }) => name === 'env:remote');
  assert.is(step?.state, 'todo', stdout);
  assert.match(step.found, /bin\/tinybin` is missing/);
});

test.run();
