import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type IndexFault, parseIndex, shardsOf } from '../../../tasks/checkpoints/safetensors/index';

const test = suite('the shards that an index names');
const indexOf = (...shards: readonly unknown[]) =>
  JSON.stringify({ weight_map: Object.fromEntries(shards.map((shard, at) => [`t${at}`, shard])) });
const problemOf = (text: string): string => {
  try {
    parseIndex(Buffer.from(text));
    return 'none';
  } catch (error) {
    return (error as IndexFault).problem;
  }
};

test('in the order of their first mention, each once', () => {
  const text = indexOf('b.safetensors', 'a.safetensors', 'b.safetensors', 'below/c.safetensors');
  assert.equal(shardsOf(text), ['b.safetensors', 'a.safetensors', 'below/c.safetensors']);
  assert.equal(parseIndex(Buffer.from(text)).shards, shardsOf(text));
});

test('a name that no file of a model may have is a fault of the index, and none of its shards counts', () => {
  for (const bad of [
    '../a.safetensors',
    '/a.safetensors',
    'a/../b.safetensors',
    'c:a.safetensors',
    'a\\b.safetensors',
    'a\0.safetensors',
    './',
    './../a.safetensors',
    'a/./b.safetensors',
    'a//b.safetensors',
    '.cache/a.safetensors',
    '.git/a.safetensors',
    'a\u202e.safetensors',
    'aux.safetensors',
    `${'x'.repeat(260)}.safetensors`,
  ]) {
    assert.is(problemOf(indexOf('good.safetensors', bad)), 'index-outside', bad);
    assert.is(shardsOf(indexOf('good.safetensors', bad)), undefined, bad);
  }
});

test('what is no index has no shards', () => {
  for (const bad of ['', '{', 'null', '[]', '{}', '{"weight_map": []}', '{"weight_map": {}}', indexOf(3), indexOf(''), indexOf('a.bin')]) {
    assert.is(problemOf(bad), 'bad-index', bad);
    assert.is(shardsOf(bad), undefined, bad);
  }
  assert.is(shardsOf(undefined), undefined);
});

test.run();
