import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFrom } from '../../tasks/platform/files/writing';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { mountTmpfs } from '../support/tmpfs';

const test = suite('writing files');
const disk = temporaryFolder();
const unmounted = mountTmpfs(disk, 'size=1m');

if (unmounted) skip(test, 'a full disk', unmounted);
else
  test('a copy that the disk has no room for is no success', () => {
    const from = path.join(temporaryFolder(), 'weights');
    fs.writeFileSync(from, Buffer.alloc(1_200_000));
    const copy = () => createFrom(Buffer.from('head'), from, 100_000, path.join(disk, 'copy'));
    assert.throws(copy, /ENOSPC/);
    fs.rmSync(path.join(disk, 'copy'));
    fs.truncateSync(from, 1_000_000);
    copy();
    assert.is(fs.statSync(path.join(disk, 'copy')).size, 900_004);
  });

test('several processes may make the same folders at once', async () => {
  const folder = temporaryFolder();
  const program = `const { makeFolder } = require('./tasks/platform/files/moving');
while (Date.now() < ${Date.now() + 3000});
for (let number = 0; number < 400; number++) makeFolder(${JSON.stringify(folder)} + '/' + number + '/a/b/c/d');`;
  const make = () => promisify(execFile)(process.execPath, ['-r', './tools/ts-node/register', '-e', program], { cwd: repository });
  await Promise.all([make(), make(), make()]);
  assert.is(fs.readdirSync(folder).length, 400);
});

test.run();
