import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { below, shown } from '../../tasks/engine/paths';

const test = suite('paths of a project');

test('what lies in a folder, and how a message shows it', () => {
  for (const [file, inside, text] of [
    ['/p/a/b', 'a/b', 'a/b'],
    ['/p/..a/b', '..a/b', '..a/b'],
    ['/p/a/../b', 'b', 'b'],
    ['/p', undefined, '.'],
    ['/p/', undefined, '.'],
    ['/', undefined, '/'],
    ['/pa/b', undefined, '/pa/b'],
    ['/p/../x', undefined, '/p/../x'],
  ] as const)
    assert.equal([below('/p', file), shown('/p', file)], [inside, text], file);
});

test.run();
