import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFrom } from '../../tasks/platform/files/writing';
import { temporaryFolder } from '../support/project';
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

test.run();
