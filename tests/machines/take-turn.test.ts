import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { takeTurn } from '../../tasks/machines/bring/project/take-turn';
import { temporaryFolder as ownFolder } from '../../tasks/machines/bring/temporary-folder';
import { atOnce } from '../support/at-once';
import { temporaryFolder } from '../support/project';

const test = suite('who places files on a machine');

/** Words for scripts as they run: in one line. */
const inLine = (text: string): string => text.replace(/\n\s*/g, ' ');
const stateIn = (folder: string): string => path.join(folder, '.just-lora');
const lockIn = (folder: string): string => path.join(stateIn(folder), 'placing');

/** The lock of a process of this host that is gone. */
function gone(): string {
  const script = `s='${temporaryFolder('jl-turn')}'; ${inLine(ownFolder)} printf %s "$me"`;
  return `${spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout}-4194301\n`;
}

const inTurn = `${inLine(ownFolder)} ${inLine(takeTurn)}`;

test('six who come to the lock of one that is gone are in one behind the other, each time', async () => {
  const script = [
    'echo ready; for f do while [ ! -d "$f" ]; do sleep 0.01; done;',
    `( s=$f/.just-lora; ${inTurn} if mkdir "$f/inside" 2>/dev/null; then sleep 0.02; rmdir "$f/inside"; echo alone; else echo two; fi ); done`,
  ].join(' ');
  const dead = gone();
  const plant = (folder: string) => {
    fs.mkdirSync(stateIn(folder));
    fs.writeFileSync(lockIn(folder), dead);
  };
  const asks = (_: number, folders: readonly string[]) => ({ command: 'sh', args: ['-c', script, 'sh', ...folders] });
  for (const { folder, said } of await atOnce(asks, plant, 4)) {
    assert.equal(said, new Array(said.length).fill('alone'));
    assert.equal(fs.readdirSync(stateIn(folder)), []);
  }
});

test('who died while it broke a lock holds up nobody', () => {
  const folder = temporaryFolder('jl-turn');
  fs.mkdirSync(stateIn(folder));
  fs.writeFileSync(lockIn(folder), gone());
  fs.writeFileSync(`${lockIn(folder)}.breaking`, '');
  const before = Date.now() / 1000 - 180;
  fs.utimesSync(`${lockIn(folder)}.breaking`, before, before);
  const { status } = spawnSync('sh', ['-c', `s='${stateIn(folder)}'; ${inTurn} echo in`]);
  assert.is(status, 0);
  assert.equal(fs.readdirSync(stateIn(folder)), []);
});

test.run();
