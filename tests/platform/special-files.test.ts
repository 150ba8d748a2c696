import { spawn, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readPart, readText } from '../../tasks/platform/files';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';

/** What a person names as a file, and is none. */
const test = suite('reading what is no file');

if (process.platform === 'win32') skip(test, 'pipes and devices', 'Windows has others');
else {
  const folder = temporaryFolder('special');
  const pipe = (name: string): string => {
    const place = path.join(folder, name);
    spawnSync('mkfifo', [place]);
    return place;
  };
  const codeOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as { fault?: { code: string } }).fault?.code ?? (error as NodeJS.ErrnoException).code;
    }
    return undefined;
  };

  test('a pipe that nobody writes to, and a device without an end, are refused in a second', () => {
    const empty = pipe('empty');
    const begun = performance.now();
    assert.is(
      codeOf(() => readText(empty)),
      'E_NOT_READABLE',
    );
    assert.is(
      codeOf(() => readPart(empty, 0, 8)),
      'ESPIPE',
    );
    assert.is(
      codeOf(() => readText('/dev/zero')),
      'E_NOT_READABLE',
    );
    assert.is(readText('/dev/null'), '');
    assert.ok(performance.now() - begun < 8000);
  });

  test('what is written into a pipe is read, as often as it is asked for', () => {
    const place = pipe('written');
    spawn('sh', ['-c', 'printf one > "$0"; ', place], { stdio: 'ignore' });
    assert.is(readText(place), 'one');
    assert.is(readText(place), 'one');
  });

  test('a writer has time to think', () => {
    const place = pipe('slow');
    spawn('sh', ['-c', '(sleep 1.5; printf two) > "$0"', place], { stdio: 'ignore' });
    assert.is(readText(place), 'two');
  });
}

test.run();
