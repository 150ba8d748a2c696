import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shardsOf } from '../../tasks/checkpoints/safetensors/index';
import { rateOf } from '../../tasks/hub/download/download-report';
import { chooseFiles } from '../../tasks/hub/model/selection';
import { durableLine, headLine, parseJournal, writtenLine } from '../../tasks/hub/partials/journal';
import { ByteRanges } from '../../tasks/hub/partials/ranges';

const test = suite('what a partial file holds');

test('ranges merge, and know their gaps', () => {
  const ranges = new ByteRanges();
  for (const [start, end] of [
    [10, 20],
    [30, 40],
    [20, 25],
    [0, 5],
    [4, 11],
    [50, 50],
  ] as const)
    ranges.add(start, end);
  assert.equal(ranges.all, [
    [0, 25],
    [30, 40],
  ]);
  assert.is(ranges.prefix, 25);
  assert.is(ranges.total, 35);
  assert.equal(ranges.gaps(45), [
    [25, 30],
    [40, 45],
  ]);
  assert.is(new ByteRanges([[5, 9]]).prefix, 0);
});

test('a journal counts all of its own boot, and after another only what was flushed', () => {
  const text = headLine('a.safetensors', 100, 'boot-1') + writtenLine(0, 10) + durableLine([[0, 10]]) + writtenLine(50, 60);
  assert.equal(parseJournal(text, 'boot-1')?.ranges.all, [
    [0, 10],
    [50, 60],
  ]);
  assert.equal(parseJournal(text, 'boot-2')?.ranges.all, [[0, 10]]);
  assert.equal(parseJournal(text, '')?.ranges.all, [[0, 10]]);
  assert.equal(parseJournal(text, 'boot-1')?.durable.all, [[0, 10]]);
});

test('a line that was cut, overlong or no line counts for nothing', () => {
  const head = headLine('a.safetensors', 100, 'boot');
  for (const line of ['w 0 1', 'w 0 200\n', 'w 9 3\n', 'w 1\n', '\0\0\0\0\n', 'w 0 10 \n', 'x 0 10\n'])
    assert.is(parseJournal(head + line, 'boot')?.ranges.total, 0, JSON.stringify(line));
  for (const text of ['', '{"version": 2}\n', 'no journal\n', '{"version": 1, "path": "a"}\n'])
    assert.is(parseJournal(text, 'boot'), undefined);
});

test('a choice takes the shards of the index and what lies beside them', () => {
  const exclude = ['original/*', 'consolidated*', '*.pth', '*.bin', '*.gguf'];
  const pick = (names: string[], include: string[] = [], index?: string) =>
    chooseFiles(
      names.map((path) => ({ path, size: 1, sha1: '' })),
      { include, exclude },
      { safetensors: shardsOf(index) },
    ).files.map(({ path }) => path);
  const index = 'model.safetensors.index.json';
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  assert.equal(pick(['config.json', index, ...shards, 'extra.safetensors', 'original/a.pth', 'sub/notes.txt', 'x.bin']), [
    'config.json',
    index,
    ...shards,
  ]);
  assert.equal(pick([index, 'part-a.safetensors', 'part-b.safetensors'], [], '{"weight_map": {"x": "part-b.safetensors"}}'), [
    index,
    'part-b.safetensors',
  ]);
  assert.equal(pick(['model.safetensors', 'consolidated.safetensors', 'model.h5', 'sub/notes.txt']), [
    'model.safetensors',
    'sub/notes.txt',
  ]);
  assert.equal(pick(['config.json', 'tokenizer.json', 'a.gguf'], ['*.json', '*.gguf']), ['config.json', 'tokenizer.json']);
});

test('rates are read as people write them', () => {
  assert.is(rateOf('50'), 50e6);
  assert.is(rateOf('20MB/s'), 20e6);
  assert.is(rateOf('400Mbit/s'), 50e6);
  assert.is(rateOf('1.5 GB'), 1.5e9);
  for (const wrong of ['fast', '0', '-5MB', '5 apples']) assert.throws(() => rateOf(wrong), /is not a rate/);
});

test.run();
