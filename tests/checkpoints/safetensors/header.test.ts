import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HeaderFault } from '../../../tasks/checkpoints/safetensors/fault';
import { headerLength, parseHeader } from '../../../tasks/checkpoints/safetensors/header';
import { temporaryFolder } from '../../support/project';
import { pythonWith } from '../../support/python';
import { type Case, corpus, mutations } from './corpus';

const test = suite('safetensors header');
const python = pythonWith('safetensors==0.8.0', 'numpy<3');
const folder = temporaryFolder();

test('a header is at most 100 MB long, however large its file', () => {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(100_000_000n);
  assert.is(headerLength(prefix, 1e9), 100_000_000);
  prefix.writeBigUInt64LE(100_000_001n);
  assert.throws(
    () => headerLength(prefix, 1e9),
    (error: Error) => error instanceof HeaderFault && error.problem === 'bad-header',
  );
});

function reference(cases: readonly Case[], how: 'file' | 'memory'): string[] {
  const blob = path.join(folder, how);
  const length = (file: Buffer) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(file.length);
    return bytes;
  };
  fs.writeFileSync(blob, Buffer.concat(cases.flatMap(([, file]) => [length(file), file])));
  const output = execFileSync(python, [path.join(__dirname, 'reference.py'), blob, how], { encoding: 'utf8', maxBuffer: 1e9 });
  return JSON.parse(output);
}

/** '' or the fault. */
function ours(file: Buffer): string {
  try {
    const length = headerLength(file.subarray(0, 8), file.length);
    parseHeader(file.subarray(8, 8 + length), file.length);
    return '';
  } catch (error) {
    if (!(error instanceof HeaderFault)) throw error;
    return `${error.problem}: ${error.message}`;
  }
}

function compare(cases: readonly Case[], how: 'file' | 'memory'): number {
  const theirs = reference(cases, how);
  assert.is(theirs.length, cases.length);
  for (const [index, [name, file]] of cases.entries()) {
    const [mine, their] = [ours(file), theirs[index] ?? ''];
    assert.is(mine === '', their === '', `${name}: ours says ${mine || 'right'}, the reference ${their || 'right'}\n${file.subarray(8)}`);
  }
  return theirs.filter((verdict) => verdict === '').length;
}

test('each file of the corpus gets the verdict of the reference reader', () => {
  assert.ok(compare(corpus, 'file') > 40);
});

test('so do thousands of files with a few changes', () => {
  const right = compare(mutations(6000, 7), 'memory');
  assert.ok(right > 300, `${right} of them are still right: too few to tell a strict reader from one that refuses all`);
});

test('says how many bytes are missing, and what a header describes', () => {
  const [, whole] = corpus[1] as Case;
  assert.is(ours(whole.subarray(0, -1)), `truncated: ${whole.length - 1} of ${whole.length} bytes`);
  assert.is(
    ours(Buffer.concat([whole, Buffer.alloc(2)])),
    `oversized: ${whole.length + 2} bytes where its header describes ${whole.length}`,
  );
  const header = parseHeader(whole.subarray(8, -4), whole.length);
  assert.equal([...header.tensors], [['a', { dtype: 'F32', shape: [1], sizeBytes: 4 }]]);
  assert.is(header.dataBytes, 4);
});

test.run();
