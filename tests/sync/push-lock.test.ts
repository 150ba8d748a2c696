import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { beginScript } from '../../tasks/sync/posix/scripts/lock-scripts';
import { guardLine } from '../../tasks/sync/posix/scripts/project-script';
import { atOnce } from '../support/at-once';
import { temporaryFolder } from '../support/project';

const test = suite('the lock of a push');

const lockIn = (folder: string): string => path.join(folder, '.just-lora/lock');
const tokenOf = (owner: string): string => `token-${owner.replace(/\W/g, '')}`;
/** What the script reads: of a laptop with this name. */
const asks = (folder: string, owner: string): string => [guardLine, folder, tokenOf(owner), owner, '+data', ''].join('\n');
const begin = (folder: string, owner: string) =>
  spawnSync('sh', ['-c', beginScript], { input: asks(folder, owner), encoding: 'utf8' }).stdout;

function plant(folder: string, text: string, ageSeconds: number): void {
  fs.mkdirSync(path.dirname(lockIn(folder)), { recursive: true });
  fs.writeFileSync(lockIn(folder), text);
  const time = Date.now() / 1000 - ageSeconds;
  fs.utimesSync(lockIn(folder), time, time);
}

test('of six laptops that come to the lock of a machine that died one has it, and the others are told whose it is', async () => {
  const script = `echo ready; for f do while [ ! -d "$f" ]; do sleep 0.01; done; sed "s|FOLDER|$f|" "$t" | sh -c "$b" | tr "\\n" " "; echo; done`;
  const inputs = temporaryFolder('jl-inputs');
  const said = await atOnce(
    (at, folders) => {
      const input = path.join(inputs, `${at}`);
      fs.writeFileSync(input, asks('FOLDER', `laptop${at}:/project`));
      return { command: 'env', args: [`t=${input}`, `b=${beginScript}`, 'sh', '-c', script, 'sh', ...folders] };
    },
    (folder) => plant(folder, 'token\ndead:/project\n', 3600),
  );
  for (const { folder, said: lines } of said) {
    assert.is(lines.filter((line) => line === 'broken locked ').length, 1, lines.join());
    const holder = fs.readFileSync(lockIn(folder), 'utf8').split('\n')[1];
    for (const line of lines.filter((each) => each !== 'broken locked '))
      assert.ok([`held=${holder} `, 'held=dead:/project '].includes(line), lines.join());
    assert.equal(fs.readdirSync(path.dirname(lockIn(folder))), ['lock']);
  }
});

test('a lock without a word in it is waited for, and broken where none comes; who died breaking one holds up nobody', () => {
  const folder = temporaryFolder('jl-lock');
  plant(folder, '', 0);
  assert.is(begin(folder, 'laptop:/project'), 'broken\nlocked\n');
  assert.is(fs.readFileSync(lockIn(folder), 'utf8'), 'token-laptopproject\nlaptop:/project\n');
  assert.is(begin(folder, 'other:/project'), 'held=laptop:/project\n');
  plant(folder, 'token\ndead:/project\n', 3600);
  fs.writeFileSync(`${lockIn(folder)}.breaking`, '');
  assert.is(begin(folder, 'other:/project'), 'held=dead:/project\n');
  const before = Date.now() / 1000 - 180;
  fs.utimesSync(`${lockIn(folder)}.breaking`, before, before);
  assert.is(begin(folder, 'other:/project'), 'held=dead:/project\n');
  assert.is(begin(folder, 'other:/project'), 'broken\nlocked\n');
  assert.equal(fs.readdirSync(path.dirname(lockIn(folder))), ['lock']);
});

test.run();
