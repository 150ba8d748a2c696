import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { condaProject, fixtureConda, treeOf, writeEnvironmentFile } from '../../support/conda';
import { runJust, temporaryFolder } from '../../support/project';

const test = suite('what versions of conda do');

/** Two that refuse, the oldest and the newest that install into it, one that deletes it. */
const versions = ['4.3.16', '25.3.1', '25.5.0', '26.5.2', '26.7.1'];
const channels = ['conda-forge'];

const run = async (project: string, env: Record<string, string>, ...args: string[]) => {
  const { exitCode, stdout, stderr } = await runJust(project, ['conda', '--json', ...args], env);
  const report = JSON.parse(stdout || '{}');
  return {
    exitCode,
    stderr,
    outcome: report.outcome,
    step: report.steps?.find(({ name }: { name: string }) => name === 'env:remote') ?? {},
  };
};

/** An environment that a person made, with what a person may have in it. */
function personsEnvironment(prefix: string): void {
  fs.mkdirSync(path.join(prefix, 'conda-meta'), { recursive: true });
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'history'), '# cmd: conda create -n weatherman-lora\n');
  fs.writeFileSync(path.join(prefix, 'conda-meta', 'numpy-2.0.1-py310_0.json'), '{}');
  fs.writeFileSync(path.join(prefix, 'thesis.txt'), 'years of work');
}

for (const version of versions)
  test(`conda ${version}: makes a new one, leaves an existing one alone`, async () => {
    const { env, prefix, commands } = fixtureConda(version);
    const project = condaProject({ channels, conda: ['tinybin=1.0'] });
    const made = await run(project, env);
    assert.is(made.exitCode, 0, made.stderr);
    const file = fs.readFileSync(path.join(project, '.just-lora', 'conda', 'environment.yml'), 'utf8');
    assert.is(file.includes('nodefaults'), !version.startsWith('26.7'));
    assert.not.match(file, /"defaults"/);
    assert.is((await run(project, env)).outcome, 'unchanged');

    fs.rmSync(prefix, { recursive: true });
    fs.rmSync(path.join(project, '.just-lora'), { recursive: true });
    personsEnvironment(prefix);
    const before = treeOf(prefix);
    const until = commands().length;
    for (const args of [[], ['--force']]) {
      const { exitCode, step } = await run(project, env, ...args);
      assert.is(exitCode, 1);
      assert.is(step.code, 'E_CONDA_PREFIX_TAKEN');
      assert.match(step.fix, /remote\.prefix/);
      assert.equal(treeOf(prefix), before, `conda ${version} ${args}`);
    }
    assert.is(
      commands()
        .slice(until)
        .filter(([word, verb]) => word === 'env' && verb === 'create').length,
      0,
      'it was not even asked to',
    );
  });

for (const version of ['25.3.1', '25.5.0', '26.7.1'])
  test(`conda ${version}: a rebuild that fails gives back the one before`, async () => {
    const { env, prefix } = fixtureConda(version);
    const project = condaProject({ channels, conda: ['tinybin=1.0'] });
    assert.is((await run(project, env)).exitCode, 0);
    fs.writeFileSync(path.join(prefix, 'notes.txt'), 'mine');
    const before = treeOf(prefix);
    writeEnvironmentFile(project, { channels, conda: ['tinybin=2.0'] });
    for (const fault of ['unsolvable', 'declined', 'exit-1', '']) {
      const failed = await run(project, { ...env, CONDA_FIXTURE_FAULT: fault });
      if (!fault) {
        assert.is(failed.exitCode, 0, failed.stderr);
        assert.equal(treeOf(`${prefix}.before`)['notes.txt'], '4', 'what a person put in is kept');
        break;
      }
      assert.is(failed.exitCode, 1, fault);
      assert.equal(treeOf(prefix), before, fault);
      assert.equal(fs.readdirSync(path.dirname(prefix)), ['weatherman-lora'], fault);
    }
  });

const faults: readonly [fault: string, code: string, says: RegExp][] = [
  ['declined', 'E_CONDA_FAILED', /exits 0, yet the environment is not there/],
  ['half', 'E_CONDA_FAILED', /exits 0, yet other/],
  ['terms', 'E_CONDA_TERMS', /only a person/],
  ['unsolvable', 'E_CONDA_UNSOLVABLE', /exits 1/],
  ['post-link', 'E_CONDA_LINK', /exits 1/],
];
for (const [fault, code, says] of faults)
  test(`${fault}: exit codes are not trusted, and nothing is left`, async () => {
    const { env, prefix } = fixtureConda('24.11.1', fault);
    const { exitCode, step } = await run(condaProject({ channels, conda: ['tinybin=1.0', 'other=2'] }), env);
    assert.is(exitCode, 1);
    assert.is(step.code, code);
    assert.match(step.found, says);
    assert.not(fs.existsSync(prefix));
  });

test('a conda that does not start: engine conda says so, engine auto goes without', async () => {
  const { env } = fixtureConda('24.11.1');
  const broken = path.join(temporaryFolder(), 'conda');
  fs.writeFileSync(broken, '#!/bin/sh\necho "No module named conda" >&2\nexit 1\n', { mode: 0o755 });
  const project = condaProject({ channels, conda: ['tinybin=1.0'] });
  const forced = await run(project, { ...env, CONDA_EXE: broken });
  assert.is(forced.step.code, 'E_CONDA_BROKEN');
  const auto = await run(project, { ...env, CONDA_EXE: broken }, '--plan', '--set', 'remote.engine=auto');
  assert.match(auto.step.found, /does not start/);
});

test.run();
