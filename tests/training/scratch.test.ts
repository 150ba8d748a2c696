import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startJust, temporaryFolder } from '../support/project';
import { until } from '../support/until';
import { mergeProject } from './merge-project';
import { runTask, withTasks } from './tasks';
import { trainProject } from './train-project';

/** The folders among the system's temporary ones, where a run was killed: real processes and kills, in a TMPDIR of their own. */
const test = suite('temporary folders of runs that were killed');

/** A program that waits while a file is there, and ends then: whose run was killed is ended by nobody else. */
const hangs = (flag: string, then: string) =>
  `const hangs = () => fs.existsSync(${JSON.stringify(flag)}); if (hangs()) setInterval(() => hangs() || process.exit(1), 200); else { ${then} }`;

test('a later run removes them, and those of a run that is alive, or of nobody that is known, stay', async () => {
  const [TMPDIR, flag] = [temporaryFolder(), path.join(temporaryFolder(), 'hang')];
  const names = () =>
    fs
      .readdirSync(TMPDIR)
      .filter((name) => name.startsWith('just-lora-'))
      .sort();
  const start = (root: string, ...args: string[]) => startJust(root, args, { HOME: root, TMPDIR });
  const [dead, alive] = [
    trainProject(hangs(flag, 'adapter(); done();')).root,
    mergeProject(hangs(flag, 'copy(); end({ ok: true });')).root,
  ];
  const later = trainProject().root;
  for (const root of [dead, alive, later]) withTasks(root);
  fs.writeFileSync(flag, '');
  const killed = start(dead, 'train', '--no-gpu');
  await until(() => names().length === 1);
  const [left = ''] = names();
  const working = start(alive, 'train:merge');
  await until(() => names().length === 2);
  const [held = ''] = names().filter((name) => name !== left);
  // Nobody says whose these are: an older version's, another machine's on the same disk, a person's.
  fs.mkdirSync(path.join(TMPDIR, 'just-lora-train-abcdef'));
  fs.cpSync(path.join(TMPDIR, left), path.join(TMPDIR, 'just-lora-train-ABCDEF'), { recursive: true });
  const owner = path.join(TMPDIR, 'just-lora-train-ABCDEF', '.just-lora-owner.json');
  fs.writeFileSync(owner, JSON.stringify({ ...JSON.parse(fs.readFileSync(owner, 'utf8')), host: 'another' }));
  fs.mkdirSync(path.join(TMPDIR, 'just-lora-mine'));
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');
  const ran = await runTask(later, ['train', '--no-gpu'], { TMPDIR });
  assert.is(ran.state, 'done', JSON.stringify(ran));
  assert.equal(names(), [held, 'just-lora-mine', 'just-lora-train-ABCDEF', 'just-lora-train-abcdef'].sort());
  fs.rmSync(flag);
  working.child.kill('SIGTERM');
  await working.ended;
  assert.not.ok(names().includes(held), 'one that is interrupted removes its own');
});

test.run();
