import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { condaProject, noRealConda, realConda, treeOf, writeEnvironmentFile } from '../support/conda';
import { runJust, startJust } from '../support/project';
import { pythonWith } from '../support/python';
import { skip } from '../support/skip';

const test = suite('a real conda');
const absent = noRealConda();

if (absent) skip(test, 'a real conda', absent);
else {
  const conda = realConda();
  const env = { ...conda.env, PATH: `${path.dirname(pythonWith('uv'))}${path.delimiter}${conda.env.PATH}` };
  const channels = [`file://${conda.channel}`];
  const base = { channels, conda: ['python=3.10', 'pip', 'tinybin=1.0'], pip: ['six==1.16.0'] };
  const prefix = path.join(conda.environments, 'weatherman-lora');
  const run = async (project: string, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await runJust(project, ['conda', '--json', ...args], env);
    const report = JSON.parse(stdout || '{}');
    const step = report.steps?.find(({ name }: { name: string }) => name === 'env:remote') ?? {};
    return { exitCode, report, step, stderr };
  };
  const fresh = () => fs.rmSync(conda.environments, { recursive: true, force: true });

  test('makes both halves, and a second run has nothing to do', async () => {
    fresh();
    const project = condaProject(base);
    const first = await run(project);
    assert.is(first.exitCode, 0, first.stderr);
    assert.is(first.report.outcome, 'changed');
    assert.ok(fs.existsSync(path.join(prefix, 'conda-meta', 'tinybin-1.0-0.json')));
    assert.ok(first.step.packages.some((one: { name: string; from: string }) => one.name === 'six' && one.from === 'pip'));
    const second = await run(project);
    assert.is(second.report.outcome, 'unchanged');

    // Drift of conda's half: named, built again, the rest of the environment's place untouched.
    fs.rmSync(path.join(prefix, 'conda-meta', 'tinybin-1.0-0.json'));
    const looked = await run(project, '--check');
    assert.is(looked.exitCode, 3);
    assert.match(looked.step.found, /tinybin 1\.0 is gone/);
    const mended = await run(project);
    assert.is(mended.exitCode, 0, mended.stderr);
    assert.ok(fs.existsSync(path.join(prefix, 'conda-meta', 'tinybin-1.0-0.json')));
    assert.equal(fs.readdirSync(conda.environments), ['weatherman-lora'], 'the one before is gone once the new one passes');

    // Drift of pip's half: mended in place, conda's half is not made again, what a person added stays.
    const sitePackages = path.join(prefix, 'lib', 'python3.10', 'site-packages');
    const inode = fs.statSync(path.join(prefix, 'conda-meta', 'history')).ino;
    fs.rmSync(path.join(sitePackages, 'six-1.16.0.dist-info'), { recursive: true });
    fs.mkdirSync(path.join(sitePackages, 'mine-1.0.dist-info'));
    const pip = await run(project);
    assert.is(pip.exitCode, 0, pip.stderr);
    assert.match(pip.step.warning, /mine 1\.0 \(pip\)/);
    assert.ok(fs.existsSync(path.join(sitePackages, 'six-1.16.0.dist-info')));
    assert.is(fs.statSync(path.join(prefix, 'conda-meta', 'history')).ino, inode);

    // What a person brings with conda, and a file below the top level: no mending takes it for ours.
    const install = [
      'install',
      '--yes',
      '--quiet',
      '--offline',
      '-p',
      prefix,
      '-c',
      channels[0] as string,
      '--override-channels',
      'slowlink',
    ];
    execFileSync(conda.program, install, { env: { ...process.env, ...env, SLOWLINK_S: '0' }, stdio: 'pipe' });
    fs.writeFileSync(path.join(prefix, 'bin', 'mytool'), '#!/bin/sh\n');
    fs.rmSync(path.join(sitePackages, 'six-1.16.0.dist-info'), { recursive: true });
    const beside = await run(project);
    assert.is(beside.exitCode, 0, beside.stderr);
    assert.match(beside.step.warning, /slowlink 1\.0 \(conda\)/);

    // A package that both brought.
    fs.mkdirSync(path.join(sitePackages, 'setuptools-70.0.0.dist-info'));
    fs.writeFileSync(path.join(sitePackages, 'setuptools-70.0.0.dist-info', 'INSTALLER'), 'pip\n');
    const both = await run(project, '--check');
    assert.match(both.step.found, /setuptools: conda 65\.5\.0 and pip 70\.0\.0/);

    // What a person added does not get lost when it is built again.
    const again = await run(project);
    assert.is(again.exitCode, 0, again.stderr);
    // conda 4.3 leaves links to itself in `bin` where a person installs: more names than are told.
    assert.match(again.step.warning, /kept in .*weatherman-lora\.before.*slowlink, mine, .* and \d+ more/);
    assert.ok(fs.existsSync(path.join(`${prefix}.before`, 'bin', 'mytool')));
    assert.ok(fs.existsSync(path.join(`${prefix}.before`, 'lib', 'python3.10', 'site-packages', 'mine-1.0.dist-info')));
  });

  test('a file that asks for another version is drift, and what cannot be solved leaves the environment as it was', async () => {
    fresh();
    const project = condaProject({ channels, conda: ['tinybin=1.0'] });
    assert.is((await run(project)).exitCode, 0);
    const before = treeOf(prefix);
    writeEnvironmentFile(project, { channels, conda: ['tinybin=1.0', 'needs-absent'] });
    const failed = await run(project);
    assert.is(failed.exitCode, 1);
    assert.is(failed.step.code, 'E_CONDA_PACKAGE');
    assert.equal(treeOf(prefix), before);
    assert.equal(fs.readdirSync(conda.environments), ['weatherman-lora']);
    writeEnvironmentFile(project, { channels, conda: ['tinybin=2.0'] });
    assert.match((await run(project, '--check')).step.found, /tinybin=2\.0 \(1\.0 is there\)/);
    const moved = await run(project);
    assert.is(moved.exitCode, 0, moved.stderr);
    assert.ok(fs.existsSync(path.join(prefix, 'conda-meta', 'tinybin-2.0-0.json')));
  });

  test('killed while conda is at work, it is made again; nothing half-made is taken for whole', async () => {
    fresh();
    const project = condaProject({ channels, conda: ['slowlink'] });
    const { child, ended } = startJust(project, ['conda'], { ...env, SLOWLINK_S: '60' });
    for (let i = 0; i < 600 && !fs.existsSync(path.join(prefix, 'slowlink.started')); i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(fs.existsSync(path.join(prefix, 'slowlink.started')), 'conda got to its post-link script');
    process.kill(-(child.pid as number), 'SIGKILL');
    await ended;
    const looked = await run(project, '--check');
    assert.is(looked.exitCode, 3);
    assert.match(looked.step.found, /half-made/);
    const { exitCode, stderr } = await runJust(project, ['conda'], { ...env, SLOWLINK_S: '0' });
    assert.is(exitCode, 0, stderr);
    assert.ok(fs.existsSync(path.join(prefix, 'slowlink.done')));
  });

  test("pip's half fails: conda's half stays, and the next run goes on from there", async () => {
    fresh();
    const project = condaProject(base);
    const lock = path.join(project, 'environment-remote.lock');
    fs.writeFileSync(lock, `six==1.16.0 \\\n    --hash=sha256:${'0'.repeat(64)}\n`);
    const failed = await run(project);
    assert.is(failed.exitCode, 1);
    assert.is(failed.step.code, 'E_HASH_MISMATCH');
    const made = fs.statSync(path.join(prefix, 'conda-meta', 'history')).ino;
    fs.rmSync(lock);
    const second = await run(project);
    assert.is(second.exitCode, 0, second.stderr);
    assert.is(fs.statSync(path.join(prefix, 'conda-meta', 'history')).ino, made, 'conda was not started again');
  });

  test('a post-link script that fails leaves nothing behind', async () => {
    fresh();
    const failed = await run(condaProject({ channels, conda: ['badlink'] }));
    assert.is(failed.exitCode, 1);
    assert.match(failed.step.code, /^E_CONDA_/);
    assert.not(fs.existsSync(prefix));
  });

  test('an environment and a folder of a person are never touched', async () => {
    fresh();
    const project = condaProject({ channels, conda: ['tinybin=1.0'] });
    assert.is((await run(project)).exitCode, 0);
    // As if a person had made it: no note and no marker of ours.
    fs.rmSync(path.join(project, '.just-lora'), { recursive: true });
    fs.rmSync(path.join(prefix, 'just-lora.json'));
    fs.writeFileSync(path.join(prefix, 'notes.txt'), 'mine');
    assert.is((await run(project)).step.state, 'done', 'it fits, so it is used');
    writeEnvironmentFile(project, { channels, conda: ['tinybin=2.0'] });
    const before = treeOf(prefix);
    for (const args of [[], ['--force']]) {
      const { exitCode, step } = await run(project, ...args);
      assert.is(exitCode, 1);
      assert.is(step.code, 'E_CONDA_PREFIX_TAKEN');
      assert.match(step.found, /did not make, .*tinybin=2\.0 \(1\.0 is there\)/);
      assert.equal(treeOf(prefix), before);
    }
    const folder = path.join(conda.environments, 'other');
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'thesis.txt'), 'mine');
    const other = await run(project, '--set', `remote.prefix=${folder}`);
    assert.is(other.step.code, 'E_CONDA_PREFIX_TAKEN');
    assert.equal(treeOf(folder), { 'thesis.txt': '4' });
  });

  test('a channel that is not there is told before anything is done', async () => {
    fresh();
    const { exitCode, step } = await run(condaProject({ channels: ['file:///nowhere/channel'], conda: ['tinybin'] }));
    assert.is(exitCode, 1);
    assert.is(step.code, 'E_NETWORK');
    assert.match(step.found, /1 of 1 channels/);
  });
}

test.run();
