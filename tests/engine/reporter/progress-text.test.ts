import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { displayWidth } from '../../../tasks/common/width';
import { progressText } from '../../../tasks/engine/reporter/progress-text';

const test = suite('progress text');

const GB = 1e9;
const progress = {
  text: 'downloading',
  names: 'model-00002-of-00004.safetensors, model-00003-of-00004.safetensors',
  totalBytes: 18.1 * GB,
};

/** The line after a second at 85 MB/s. */
function lineAt(width: number | undefined): string {
  const text = progressText();
  text({ ...progress, doneBytes: 6.8 * GB }, 0, width);
  return text({ ...progress, doneBytes: 6.885 * GB }, 1000, width);
}

test('what, percent, bytes of bytes, rate and time left, in this order, then the names', () => {
  assert.is(lineAt(undefined), `downloading  38 %  6.9 of 18.1 GB  85 MB/s  2 min left  ${progress.names}`);
});

test('what does not fit is left out from the end, and there is a bar from 60 columns on', () => {
  // The list takes five columns of a terminal.
  assert.is(lineAt(100 - 5), 'downloading  38 %  ████████░░░░░░░░░░░░  6.9 of 18.1 GB  85 MB/s  2 min left  model-00002-of-0…');
  assert.is(lineAt(80 - 5), 'downloading  38 %  ███████░░░░░░░░░░░░  6.9 of 18.1 GB  85 MB/s  2 min left');
  assert.is(lineAt(60 - 5), 'downloading 38 % ██░░ 6.9 of 18.1 GB 85 MB/s 2 min left');
  assert.is(lineAt(40 - 5), 'downloading 38 % 6.9 of 18.1 GB');
  for (let width = 1; width < 120; width++) assert.ok(displayWidth(lineAt(width)) <= width, `${width}: ${lineAt(width)}`);
});

test('a count where there are no bytes, words where there is neither', () => {
  const text = progressText();
  assert.is(
    text({ text: 'installing', names: 'torch', count: { done: 3, total: 53, noun: 'package' } }, 0),
    'installing  5 %  3 of 53 packages  torch',
  );
  assert.is(text({ text: 'waiting for the server' }, 0), 'waiting for the server');
  assert.is(text({ doneBytes: 1200 }, 0), '1.2 kB');
});

test.run();
