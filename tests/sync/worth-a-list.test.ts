import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Folder } from '../../tasks/sync/compare/folders';
import { treeHere } from '../../tasks/sync/compare/tree-here';
import { worthAList } from '../../tasks/sync/compare/worth-a-list';
import { contextIn } from '../support/context';
import { temporaryFolder } from '../support/project';

const test = suite('the folders of which a look at a machine lists what is there');

function write(root: string, name: string): void {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  fs.writeFileSync(path.join(root, name), name);
}

test('a pull asks for longer lists: what the folders here do not need is divided among them', () => {
  const root = temporaryFolder('jl-list');
  for (let at = 0; at < 1300; at++) write(root, `adapters/checkpoint-file-${at}`);
  write(root, 'logs/one');
  const folders = ['adapters', 'logs', 'not there'].map((name): Folder => ({ name, required: false, own: [] }));
  const asked = (direction: 'push' | 'pull') =>
    worthAList(contextIn(root), direction, folders, { include: [], exclude: [] }, false).map(({ name, mostBytes }) => [name, mostBytes]);
  const needed = 16_000 + 1300 * 100 + 10 * 17 + 90 * 18 + 900 * 19 + 300 * 20;
  assert.equal(asked('push'), [
    ['adapters', needed],
    ['logs', 16_103],
    ['not there', 16_000],
  ]);
  const pulled = new Map(asked('pull') as [string, number][]);
  const more = Math.floor((300_000 - needed - 16_103 - 16_000) / 3);
  assert.equal([...pulled.values()], [needed + more, 16_103 + more, 16_000 + more]);
});

test('what was read here while the other side was asked holds for seconds, and is read anew behind a step that took longer', async () => {
  const root = temporaryFolder('jl-tree');
  write(root, 'data/a');
  const tree = treeHere(contextIn(root), { name: 'data', required: true, own: [] });
  const names = () => [...(tree()?.entries.keys() ?? [])];
  assert.equal(names(), ['a']);
  write(root, 'data/b');
  assert.equal(names(), ['a']);
  await new Promise((resolve) => setTimeout(resolve, 5100));
  assert.equal(names().sort(), ['a', 'b']);
});

test.run();
