import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { type Pair, pair, processesWith } from '../support/sync';

const test = suite('just-lora there, started beside the look at the machine');

/** What `--verbose` shows of the calls: of the one that starts it before it is known what to ask, and of the one behind the look. */
const [ahead, behind] = ['head -n 1 "$a/node"', 'just-lora-no-runtime'];

const appFolder = (machine: Pair) => {
  const apps = path.join(machine.sshd.home, '.cache/just-lora/app');
  return path.join(apps, fs.readdirSync(apps)[0] ?? '');
};

/** A machine that was connected to, once more since its key is known: another connection is shared from then on. */
async function known(more = ''): Promise<Pair> {
  const machine = await pair({ more, path: `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` });
  for (let at = 0; at < 2; at++) assert.equal(await startedBy(machine), { ahead: false, behind: true });
  assert.is(fs.readFileSync(path.join(appFolder(machine), 'node'), 'utf8'), `${process.execPath}\n`);
  return machine;
}

/** Runs a task there, which ends well and leaves nothing at work. @returns how just-lora was started */
async function startedBy(machine: Pair, ...options: string[]): Promise<{ ahead: boolean; behind: boolean }> {
  const { exitCode, stdout, stderr } = await machine.run('mkdirs', '--on=gpu', '--verbose', ...options);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^(un)?changed in /m);
  const left = () => processesWith(machine.sshd.folder).filter(({ command }) => /machines\/there/.test(command));
  for (let tries = 0; tries < 100 && left().length > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(left(), []);
  return { ahead: stderr.includes(ahead), behind: stderr.includes(behind) };
}

if (noSshd) skip(test, 'just-lora there, started beside the look', noSshd);
else {
  for (const more of ['', 'MaxSessions 1'])
    test(`while a connection is open from a command before ${more}`, async () => {
      const machine = await known(more);
      assert.equal(await startedBy(machine), { ahead: true, behind: false });
      machine.sshd.stop();
    });

  test('where something is to be brought first it does what is asked all the same', async () => {
    const machine = await known();
    fs.writeFileSync(path.join(machine.project, 'configs/notes.txt'), 'mine\n');
    assert.is((await startedBy(machine)).ahead, true);
    assert.is(fs.readFileSync(path.join(machine.there, 'configs/notes.txt'), 'utf8'), 'mine\n');
    fs.writeFileSync(path.join(machine.project, 'configs/notes.txt'), 'newer\n');
    const plan = await machine.run('mkdirs', '--on=gpu', '--plan');
    assert.match(plan.stdout, 'can be said once that is there', plan.stderr);
    assert.is(fs.readFileSync(path.join(machine.there, 'configs/notes.txt'), 'utf8'), 'mine\n');
    machine.sshd.stop();
  });

  test('a Node that is gone, one that ends at once, and one that ends when it is asked: a call behind the look mends it', async () => {
    const machine = await known();
    const node = path.join(appFolder(machine), 'node');
    const program = path.join(machine.sshd.folder, 'no-node');
    for (const text of [undefined, '#!/bin/sh\nexit 1\n', '#!/bin/sh\nread -r request\nexit 1\n']) {
      fs.writeFileSync(node, `${program}\n`);
      if (text) fs.writeFileSync(program, text, { mode: 0o755 });
      assert.equal(await startedBy(machine), { ahead: true, behind: true }, text ?? 'gone');
      assert.is(fs.readFileSync(node, 'utf8'), `${process.execPath}\n`);
    }
    machine.sshd.stop();
  });
}

test.run();
