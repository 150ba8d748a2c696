import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { pair } from '../support/sync';
import { inTmux, noTmux } from '../support/tmux';

const test = suite('the runs of a machine at a terminal');

if (noSshd || noTmux) skip(test, 'the runs of a machine at a terminal', noSshd ?? noTmux ?? '');
else
  test('at 40×20 each run is a block, and no word of it is broken', async () => {
    const machine = await pair();
    const { exitCode, stderr } = await machine.run('config', '--only=storage.budget_gb.raw', '--set=storage.warn_gb=41', '--on=gpu');
    assert.is(exitCode, 0, stderr);
    const just = `'${process.execPath}' '${path.join(repository, 'node_modules/just-task/bin/just.js')}'`;
    const terminal = inTmux([40, 20], `${just} runs --on=gpu`, { cwd: machine.project, env: machine.env });
    await terminal.until('END 0');
    const lines = terminal.lines().filter(Boolean);
    for (const word of ['npx', 'config', '--only=storage.budget_gb.raw', '--set=storage.warn_gb=41', 'exit'])
      assert.ok(lines.join('\n').split(/\s+/).includes(word), `${word}\n${lines.join('\n')}`);
    for (const line of lines) assert.ok(line.length < 40 || line.trim().split(' ').length === 1, line);
  });

test.run();
