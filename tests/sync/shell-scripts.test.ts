import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';

const test = suite('scripts for the shell of the other side');

const folder = path.join(repository, 'tasks/sync/posix');
const scripts = fs
  .readdirSync(folder)
  .filter((file) => /-scripts?\.ts$/.test(file))
  .flatMap((file) => Object.entries(require(path.join(folder, file)) as Record<string, string>));

test('there are some', () => assert.ok(scripts.length > 10));

for (const [name, script] of scripts)
  test(`${name} passes through any login shell, and is POSIX`, () => {
    assert.not.match(script, /['!\n]/);
    const { status, stderr } = spawnSync('sh', ['-n', '-c', script], { encoding: 'utf8' });
    assert.equal([status, stderr], [0, '']);
  });

test.run();
