import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../tasks/engine/context';
import type { StepReport } from '../../tasks/engine/report';
import { silent } from '../../tasks/engine/reporter/reporter';
import { applySteps, checkSteps } from '../../tasks/engine/run';
import { bringSteps, keepHashes, runtimeOf } from '../../tasks/machines/bring';
import { contextIn, contextWith } from '../support/context';
import { machineOf, nodeThere, noMachines, startMachine, type TestMachine } from '../support/machines';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';

const test = suite('what is brought to a machine');

/** A Node in the place that nvm gives it. */
const nvm = `mkdir -p "$1/.nvm/versions/node/v20/bin"; ln -s ${nodeThere} "$1/.nvm/versions/node/v20/bin/node"`;
/** The Node 12 of Ubuntu 22.04's time, as npm has it: npm keeps it in its own cache. */
function twelve(): string {
  const folder = temporaryFolder('jl-node12');
  const name = `node-linux-${process.arch}@12.22.12`;
  execFileSync('npm', ['pack', name, '--pack-destination', folder, '--prefer-offline', '--silent'], { cwd: folder, stdio: 'ignore' });
  execFileSync('tar', ['xzf', `node-linux-${process.arch}-12.22.12.tgz`, 'package/bin/node'], { cwd: folder });
  return path.join(folder, 'package/bin/node');
}
const noPython = ['python3', 'python', 'uv'];

const contextFor = (name: string, { entry }: TestMachine): Context => contextWith({ remotes: { [name]: entry } });

async function bring(context: Context, name: string, plan = false): Promise<Record<string, StepReport>> {
  const machine = await machineOf(context, name);
  const steps = bringSteps(machine);
  const { steps: reports } = plan
    ? await checkSteps(steps, context, 'quick', true)
    : await applySteps(steps, context, silent, { name: 'test' }, 'quick');
  return Object.fromEntries(reports.map((report) => [report.name, report]));
}

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd, encoding: 'utf8' });

/** A project with names of every kind, of which some stay. */
function fill(root: string): void {
  git(root, 'init', '-q');
  for (const part of ['configs', '.gitignore'])
    fs.cpSync(path.join(repository, part), path.join(root, part), {
      recursive: true,
      filter: (file) => !/\.(local|remote)\.yaml$/.test(file),
    });
  for (const [name, text] of Object.entries({
    'data/raw/private.jsonl': '{}',
    'adapters/run/adapter_model.bin': 'x',
    '.venv-local/pyvenv.cfg': 'x',
    '.env': 'HF_TOKEN=hf_nobody',
    'configs/remotes/box.yaml': 'storage:\n  warn_gb: 31\n',
    'configs/remotes/other.yaml': 'storage:\n  warn_gb: 32\n',
    'scripts/two words.py': 'print(1)\n',
    [`scripts/${'long'.repeat(40)}-ü.py`]: 'print(2)\n',
    'gone.txt': 'x',
  })) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  fs.writeFileSync(path.join(root, 'scripts/run.sh'), 'echo hi\n', { mode: 0o755 });
  fs.symlinkSync('two words.py', path.join(root, 'scripts/link.py'));
  fs.symlinkSync('/etc/hostname', path.join(root, 'outside'));
  git(root, 'add', '-f', '.');
  git(root, 'commit', '-qm', 'all');
  fs.rmSync(path.join(root, 'gone.txt'));
  fs.writeFileSync(path.join(root, 'new and uncommitted.md'), 'x');
}

if (noMachines) skip(test, 'what is brought to a machine', noMachines);
else {
  test('an older Node in front on PATH is passed over for one of nvm; a look writes nothing; the second run sends nothing', async () => {
    const box = await startMachine('box', {
      without: noPython,
      path: '/mnt/old',
      prepare: `${nvm}; mkdir -p /mnt/old; ln -s ${twelve()} /mnt/old/node`,
    });
    const context = contextFor('box', box);
    fill(context.root);
    const list = () => box.run('cd && find . -printf "%p %s %T@\\n" | sort');
    const before = list();
    assert.is(box.run('node --version'), 'v12.22.12\n');
    const planned = await bring(context, 'box', true);
    assert.is(list(), before, 'a look wrote something');
    assert.is(planned['node']?.state, 'done', planned['node']?.found);
    assert.match(planned['node']?.found ?? '', /Node 2\d\.\d+\.\d+ at `.*\/\.nvm\/versions\/node\/v20\/bin\/node`/);
    assert.match(planned['project']?.actions[0]?.title ?? '', /^send just-lora itself .* \(\d+(?:\.\d)? MB\)$/);
    const done = await bring(context, 'box');
    assert.equal(
      Object.values(done).map(({ state }) => state),
      ['done', 'done', 'done'],
      done['project']?.found,
    );
    const there = box.run('cd project && find . -type f -o -type l | sort').split('\n');
    for (const name of ['./scripts/two words.py', './scripts/link.py', './new and uncommitted.md', './configs/setup.remote.yaml'])
      assert.ok(there.includes(name), name);
    const stays = /data\/|adapters\/|\.venv|\.env|remotes\/|\.local\.yaml|gone\.txt|outside/;
    assert.equal(
      there.filter((name) => stays.test(name)),
      [],
      'what stays here',
    );
    assert.match(done['project']?.warning ?? '', /1 link that lead out of the project stay here: outside/);
    assert.match(
      box.run('cat project/configs/setup.remote.yaml; stat -c %A project/scripts/run.sh; readlink project/scripts/link.py'),
      /31\n-rwx.*\ntwo words\.py\n$/,
    );
    const { node, app, project } = await runtimeOf(context, await machineOf(context, 'box'));
    const config = box.run(
      `cd ${project} && ${node} ${app}/node_modules/just-task/bin/just.js --config ${app}/just.config.js config --env=remote --json`,
    );
    assert.match(config, /"storage\.warn_gb"[\s\S]{0,80}31/);
    box.run('rm -rf project/.just-lora/runs');
    const settled = list();
    keepHashes(context);
    assert.ok(fs.existsSync(path.join(context.root, '.just-lora/sync/brought-files.json')));
    // Another run, which reads none of the files that are as they were.
    const again = await bring(contextIn(context.root), 'box');
    assert.equal(
      Object.values(again).flatMap(({ actions }) => actions),
      [],
    );
    assert.is(list(), settled, 'the second run wrote something');
  });

  test('what a person changed there is named and kept; what is gone here goes; a clone is told by its commits', async () => {
    const box = await startMachine('box', { prepare: nvm });
    const context = contextFor('box', box);
    const { root } = context;
    fill(root);
    // A clone there, one commit behind.
    git(root, 'clone', '-q', root, path.join(box.home, 'project'));
    fs.writeFileSync(path.join(root, 'scripts/two words.py'), 'print(3)\n');
    fs.rmSync(path.join(root, 'scripts/run.sh'));
    git(root, 'commit', '-qam', 'more');
    const clone = await bring(context, 'box', true);
    assert.match(clone['project']?.found ?? '', /the clone there is 1 commit behind/);
    assert.is(clone['project']?.state, 'todo', JSON.stringify(clone));
    await bring(context, 'box');
    assert.is(box.run('cat "project/scripts/two words.py"; git -C project rev-parse --is-inside-work-tree'), 'print(3)\ntrue\n');
    box.run('echo "print(4)" > "project/scripts/two words.py"; rm project/configs/setup.yaml');
    fs.writeFileSync(path.join(root, 'scripts/two words.py'), 'print(5)\n');
    fs.rmSync(path.join(root, 'new and uncommitted.md'));
    const refused = (await bring(context, 'box'))['project'];
    assert.equal([refused?.state, refused?.code], ['blocked', 'E_MACHINE_CHANGES']);
    assert.match(refused?.found ?? '', /^1 file of the project was changed on `box`: `scripts\/two words\.py`/);
    assert.is(box.run('cat "project/scripts/two words.py"'), 'print(4)\n');
    const forced = await bring({ ...context, forced: (step) => step === 'project' }, 'box');
    assert.is(forced['project']?.state, 'done', forced['project']?.found);
    assert.is(
      box.run('cat "project/scripts/two words.py" project/.just-lora/kept/*/scripts/*; ls project/*.md 2>&1 | grep -c "No such"'),
      'print(5)\nprint(4)\n1\n',
    );
    assert.is(box.run('test -s project/configs/setup.yaml && echo there'), 'there\n');
  });

  test('a home folder that is full, or starts no programs, and a login that is not root', async () => {
    const full = await startMachine('full', { without: noPython, home: 'size=30m' });
    const context = contextFor('full', full);
    const { machine } = await bring(context, 'full');
    assert.equal([machine?.state, machine?.code], ['blocked', 'E_REMOTE_FULL'], machine?.found);
    const shut = await startMachine('shut', { without: noPython, home: 'size=300m,noexec' });
    const noexec = (await bring(contextFor('shut', shut), 'shut'))['machine'];
    assert.equal([noexec?.state, noexec?.code], ['blocked', 'E_MACHINE_NOEXEC'], noexec?.found);
    const mine = await startMachine('mine', { user: 'me', prepare: `${nvm}; chown -R 4242 "$1"` });
    const login = contextFor('mine', mine);
    fill(login.root);
    const done = await bring(login, 'mine');
    assert.equal(
      Object.values(done).map(({ state }) => state),
      ['done', 'done', 'done'],
      JSON.stringify(done),
    );
    assert.is(mine.run('find . -user root | grep -v "^\\./\\.nvm" | wc -l; ls -d .cache/just-lora/app/* | wc -l').trim(), '0\n1');
  });
}

test.run();
