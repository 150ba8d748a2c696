import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { move } from '../../tasks/platform/files';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { mountTmpfs } from '../support/tmpfs';

const test = suite('move');
const other = temporaryFolder();
const unmounted = mountTmpfs(other, 'size=4m');

const name = 'a folder goes to another disk whole';
if (unmounted) skip(test, name, unmounted);
else
  test(name, () => {
    const from = path.join(temporaryFolder(), 'from');
    fs.mkdirSync(path.join(from, 'deep'), { recursive: true });
    fs.writeFileSync(path.join(from, 'deep', 'file'), 'text');
    fs.symlinkSync('deep/file', path.join(from, 'link'));
    move(from, path.join(other, 'to'));
    assert.not.ok(fs.existsSync(from));
    assert.is(fs.readFileSync(path.join(other, 'to', 'deep', 'file'), 'utf8'), 'text');
    assert.is(
      fs
        .readlinkSync(path.join(other, 'to', 'link'))
        .split('/')
        .at(-1),
      'file',
    );
  });

test('what is in the way stays', () => {
  const folder = temporaryFolder();
  for (const each of ['from', 'to']) {
    fs.mkdirSync(path.join(folder, each));
    fs.writeFileSync(path.join(folder, each, 'file'), each);
  }
  assert.throws(() => move(path.join(folder, 'from'), path.join(folder, 'to')));
  assert.is(fs.readFileSync(path.join(folder, 'to', 'file'), 'utf8'), 'to');
});

test.run();
