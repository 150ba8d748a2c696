import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faultOf } from '../../tasks/common/errors';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';

const test = suite('errors of the system');

const here = process.getuid?.();

/** What is thrown where this user may not: as root in a process of another user. */
function faultIn(folder: string, call: string): { code: string; found: string; fix: string } {
  const script = `
    const { faultOf } = require(${JSON.stringify(path.join(repository, 'tasks/common/errors'))});
    const files = require(${JSON.stringify(path.join(repository, 'tasks/platform/files/reading'))});
    const { writeText } = require(${JSON.stringify(path.join(repository, 'tasks/platform/files/writing'))});
    const fs = require('node:fs');
    ${here === 0 ? 'process.setgid(65534); process.setuid(65534);' : ''}
    try { ${call} } catch (error) { console.log(JSON.stringify(faultOf(error))); }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-r', './tools/ts-node/register', '-e', script], {
    cwd: repository,
    encoding: 'utf8',
  });
  assert.ok(stdout, stderr);
  assert.match(stdout, folder);
  return JSON.parse(stdout);
}

if (process.platform === 'win32') skip(test, 'who may not', 'Windows has other rights');
else
  test('who may not read is told that, and who may not write is told that', () => {
    const folder = temporaryFolder();
    const closed = path.join(folder, 'closed');
    fs.mkdirSync(closed);
    fs.writeFileSync(path.join(folder, 'mine.txt'), 'x', { mode: 0o400 });
    fs.chmodSync(folder, 0o755);
    fs.chmodSync(closed, 0o000);
    const file = JSON.stringify(path.join(folder, 'mine.txt'));
    const inside = JSON.stringify(path.join(closed, 'config.json'));
    if (here !== 0) fs.chmodSync(path.join(folder, 'mine.txt'), 0o000);
    try {
      for (const call of [
        `files.readText(${file})`,
        `files.readBytes(${file})`,
        `files.readPart(${file}, 0, 4)`,
        `files.list(${JSON.stringify(closed)})`,
        `[...files.filesUnder(${JSON.stringify(closed)})]`,
        `files.stat(${inside})`,
        `files.exactStat(${inside})`,
        `files.lstat(${inside})`,
        `files.realPath(${inside})`,
      ])
        assert.is(faultIn(folder, call).code, 'E_NOT_READABLE', call);
      for (const call of [`fs.writeFileSync(${file}, '')`, `fs.mkdirSync(${inside})`, `fs.renameSync(${file}, ${inside})`])
        assert.is(faultIn(folder, call).code, 'E_NOT_WRITABLE', call);
    } finally {
      fs.chmodSync(closed, 0o755);
    }
  });

if (process.platform !== 'win32')
  test('what holds a secret is given to its owner, not to everybody', () => {
    const folder = temporaryFolder('secrets');
    fs.chmodSync(folder, 0o755);
    for (const [name, isSecret] of [
      ['token', true],
      ['rclone.conf', true],
      ['id_ed25519', true],
      ['site.pem', true],
      ['config.json', false],
    ] as const) {
      fs.writeFileSync(path.join(folder, name), 'x', { mode: here === 0 ? 0o400 : 0o000 });
      const { code, fix } = faultIn(folder, `files.readText(${JSON.stringify(path.join(folder, name))})`);
      assert.is(code, 'E_NOT_READABLE');
      assert.is(fix.includes('a+rX'), !isSecret, `${name}: ${fix}`);
      if (isSecret) assert.match(fix, `\`sudo chown "$(id -un)" ${path.join(folder, name)}\``);
    }
  });

test('a folder in the place of a file is named', () => {
  const folder = temporaryFolder('taken');
  fs.chmodSync(folder, 0o755);
  const place = JSON.stringify(folder);
  for (const call of [`files.readText(${place})`, `files.readBytes(${place})`]) {
    const { code, found, fix } = faultIn(folder, call);
    assert.equal([code, found], ['E_PATH_TAKEN', `\`${folder}\` is a folder, and a file is wanted`]);
    assert.match(fix, `\`mv -n ${folder} ${folder}.kept\``);
  }
});

test('a disk that is read-only is none that cannot be read', () => {
  const error = Object.assign(new Error('x'), { code: 'EROFS', syscall: 'open', path: '/p' });
  assert.is(faultOf(error).code, 'E_NOT_WRITABLE');
});

test.run();
