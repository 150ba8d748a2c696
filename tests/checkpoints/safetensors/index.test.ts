import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectationOf } from '../../../tasks/checkpoints/models/expected';
import { scanFile } from '../../../tasks/checkpoints/models/scan';
import { thisHost } from '../../../tasks/platform';
import { temporaryFolder } from '../../support/project';
import { pythonWith } from '../../support/python';
import { makeModel, shards, weights } from '../models/model';

const test = suite('safetensors index');
const python = pythonWith('safetensors==0.8.0', 'numpy<3');
const name = 'model.safetensors.index.json';
const [first, second] = shards;

type Index = { metadata?: unknown; weight_map?: unknown };
const map = (index: Index) => index.weight_map as Record<string, unknown>;
const change = (edit: (index: Index) => unknown) => (folder: string) => {
  const file = path.join(folder, name);
  const index = JSON.parse(fs.readFileSync(file, 'utf8')) as Index;
  fs.writeFileSync(file, JSON.stringify(edit(index) ?? index));
};
const write = (text: string | Buffer) => (folder: string) => fs.writeFileSync(path.join(folder, name), text);
const point = (to: unknown) =>
  change((index) => {
    map(index)['lm_head.weight'] = to;
  });

/** A name and what is done to a folder that is right. */
const cases: [string, (folder: string) => void][] = [
  ['as it was written', () => undefined],
  ['without metadata', change(({ weight_map }) => ({ weight_map }))],
  ['without total_size', change((index) => ({ ...index, metadata: {} }))],
  ['total_size as a float', (folder) => write(fs.readFileSync(path.join(folder, name), 'utf8').replace('176', '176.0'))(folder)],
  [
    'a key twice',
    (folder) =>
      write(fs.readFileSync(path.join(folder, name), 'utf8').replace('"weight_map":{', '"weight_map":{"lm_head.weight":"x",'))(folder),
  ],
  ['further fields', change((index) => ({ ...index, other: [1, null] }))],
  ['a tensor that the index does not name', change((index) => void delete map(index)['lm_head.weight'])],
  [
    'a shard in a folder below',
    (folder) => {
      fs.mkdirSync(path.join(folder, 'below'));
      fs.renameSync(path.join(folder, second), path.join(folder, 'below', second));
      fs.writeFileSync(path.join(folder, name), fs.readFileSync(path.join(folder, name), 'utf8').replaceAll(second, `below/${second}`));
    },
  ],
  [
    'total_size that only Python reads',
    (folder) => write(fs.readFileSync(path.join(folder, name), 'utf8').replace('176', 'Infinity'))(folder),
  ],
  ['nothing', write('')],
  ['no JSON', write('{"weight_map": {')],
  ['a byte order mark', (folder) => write(`\ufeff${fs.readFileSync(path.join(folder, name), 'utf8')}`)(folder)],
  ['not UTF-8', write(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))],
  ['a list', write('[]')],
  ['null', write('null')],
  ['no weight_map', change(({ metadata }) => ({ metadata }))],
  ['weight_map as a list', change((index) => ({ ...index, weight_map: [] }))],
  ['an empty weight_map', change((index) => ({ ...index, weight_map: {} }))],
  ['a number for a shard', point(3)],
  ['null for a shard', point(null)],
  ['an empty name', point('')],
  ['a shard that is not there', point('model-00003-of-00002.safetensors')],
  ['the other shard', point(first)],
  ['a way out', point(`../${second}`)],
  ['an absolute path', point('/etc/passwd')],
  ['a tensor that is nowhere', change((index) => void Object.assign(map(index), { 'no.such.weight': first }))],
  ['total_size too large', change((index) => ({ ...index, metadata: { total_size: 177 } }))],
  ['total_size as text', change((index) => ({ ...index, metadata: { total_size: '176' } }))],
  ['total_size negative', change((index) => ({ ...index, metadata: { total_size: -176 } }))],
  [
    'a shard with one tensor more',
    (folder) =>
      fs.writeFileSync(
        path.join(folder, first),
        weights({ 'model.embed_tokens.weight': [8, 4], 'model.layers.0.self_attn.q_proj.weight': [4, 4], more: [2] }),
      ),
  ],
  ['a truncated shard', (folder) => fs.truncateSync(path.join(folder, first), 150)],
  ['an empty shard', (folder) => fs.writeFileSync(path.join(folder, first), '')],
  [
    'swapped shards',
    (folder) => {
      fs.renameSync(path.join(folder, first), path.join(folder, 'x'));
      fs.renameSync(path.join(folder, second), path.join(folder, first));
      fs.renameSync(path.join(folder, 'x'), path.join(folder, second));
    },
  ],
];

function ours(folder: string): string {
  const subject = { name: 'x', folder, asked: '', loose: true, choice: { include: [], exclude: [] }, remedy: { download: '', repair: '' } };
  const host = thisHost();
  const { faults } = scanFile(host, folder, expectationOf({ host, root: folder }, subject));
  return [...faults]
    .filter(([, { problem }]) => !problem.startsWith('extra'))
    .map(([file, { problem, message }]) => `${file} ${problem}: ${message}`)
    .join('; ');
}

test('each index gets the verdict of Python and the reference reader', () => {
  const top = temporaryFolder();
  const folders = cases.map(([, damage], index) => {
    const folder = path.join(top, String(index));
    makeModel(folder);
    damage(folder);
    return folder;
  });
  const output = execFileSync(python, [path.join(__dirname, 'index-reference.py')], { encoding: 'utf8', input: JSON.stringify(folders) });
  const theirs = JSON.parse(output) as string[];
  for (const [index, [what]] of cases.entries()) {
    const [mine, their] = [ours(folders[index] ?? ''), theirs[index] ?? 'none'];
    assert.is(mine === '', their === '', `${what}: ours says ${mine || 'right'}, the reference ${their || 'right'}`);
  }
  assert.is(theirs.filter((verdict) => verdict === '').length, 12);
});

test.run();
