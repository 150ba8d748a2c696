import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { trainStep } from '../../../tasks/environments/proof/train-step';
import { temporaryFolder } from '../../support/project';
import { type ContextOptions, contextFor, machineOfTranscript } from '../../support/transcript';

/** The proof on a machine with two cards, with a program in the place of Python that fails on the cards that it is told. */
const test = suite('the proof on several cards');
const [first, second] = ['GPU-3f8a11c0-5c3e-1d2f-9a7b-0c4d8e6f1a2b', 'GPU-3f8a11c1-5c3e-1d2f-9a7b-0c4d8e6f1a2b'];
const both = `${first},${second}`;
const result = {
  ok: true,
  device: 'NVIDIA GeForce RTX 3090',
  precision: '4-bit nf4',
  losses: [5.5, 3.5],
  secondsPerStep: 0.5,
  peakMemoryBytes: 1.5e9,
  logitsDifference: 0,
  distance: 1e-6,
  allowedDistance: 5e-2,
};

/** @param broken CUDA_VISIBLE_DEVICES with which it fails, each with what it says */
function project(broken: Readonly<Record<string, object>> = {}) {
  const root = temporaryFolder();
  const bin = path.join(root, '.venv-remote', 'bin');
  fs.mkdirSync(path.join(root, '.venv-remote/lib/python3.10/site-packages'), { recursive: true });
  fs.mkdirSync(bin);
  fs.writeFileSync(
    path.join(bin, 'python.js'),
    `const fs = require('fs');
const [, program, input, output, ...more] = process.argv.slice(2);
const job = JSON.parse(fs.readFileSync(input, 'utf8'));
const cards = process.env.CUDA_VISIBLE_DEVICES;
fs.appendFileSync(${JSON.stringify(path.join(root, 'calls'))}, JSON.stringify({ cards, program: program.split('/').pop(), processes: more[1], job }) + '\\n');
const said = ${JSON.stringify(broken)}[cards];
fs.writeFileSync(output, JSON.stringify(said ?? ${JSON.stringify(result)}));
process.exit(said ? 1 : 0);\n`,
  );
  fs.writeFileSync(path.join(bin, 'python'), `#!/bin/sh\nexec '${process.execPath}' '${bin}/python.js' "$@"\n`, { mode: 0o755 });
  const { root: systemRoot, env } = machineOfTranscript('two-3090');
  const prove = (sets: readonly string[] = [], options: ContextOptions = {}) =>
    trainStep.check(contextFor(root, { root: systemRoot, sets, ...options, env: { ...env, ...options.env } }), 'full');
  const calls = () =>
    (fs.existsSync(path.join(root, 'calls')) ? fs.readFileSync(path.join(root, 'calls'), 'utf8').trim().split('\n') : []).map((line) =>
      JSON.parse(line),
    );
  return { root, prove, calls };
}

const failure = { ok: false, stage: 'train', error: 'RuntimeError: CUDA error: uncorrectable ECC error encountered' };

test('each card by itself over the rows of both, then both together, held to the first', async () => {
  const { prove, calls } = project();
  const finding = await prove();
  assert.is(finding.state, 'done', JSON.stringify(finding));
  const all = calls().sort((one, other) => one.cards.length - other.cards.length || (one.cards < other.cards ? -1 : 1));
  assert.equal(
    all.map(({ cards, program, processes, job }) => [cards, program, processes, job.processes, job.reference]),
    [
      [first, 'train.py', undefined, 2, undefined],
      [second, 'train.py', undefined, 2, undefined],
      [both, 'ranks.py', '2', 2, all[0].job.folder],
    ],
  );
  assert.match(
    finding.found,
    /; each by itself: GPU 0 \(.*3090, GPU-3f8a11c0-.*\) 0\.50 s a step, GPU 1 \(.*\) 0\.50 s a step; 2 processes together 0\.50 s a step over the same rows; their adapter is that of one within 1\.0e-6 of its weights$/,
  );
  const { cards, together } = finding.data as { cards: { index: number; uuid: string }[]; together: object };
  assert.equal(
    cards.map(({ index, uuid }) => [index, uuid]),
    [
      [0, first],
      [1, second],
    ],
  );
  assert.equal(together, { processes: 2, secondsPerStep: 0.5, distance: 1e-6, allowedDistance: 5e-2 });
  assert.not.ok(fs.existsSync(all[0].job.folder), 'nothing is left');
});

test('a bad card that the training does without is a warning by name and code, which is remembered; one that it takes ends the proof', async () => {
  const { prove, calls } = project({ [second]: failure });
  for (const finding of [await prove(), await prove()]) {
    assert.is(finding.state, 'done');
    assert.match(
      ('warning' in finding && finding.warning) || '',
      /^GPU 1 \(.*3090, GPU-3f8a11c1-.*\): training five steps failed at stage `train`: .*ECC.* \(E_TRAIN\)$/,
    );
  }
  assert.is(calls().length, 2, 'not together, and no second time');
  for (const [taken, sets] of [
    [second, ['training.processes=0']],
    [second, ['training.processes=2']],
    [first, []],
  ] as const) {
    const finding = await project({ [taken]: failure }).prove(sets);
    assert.equal([finding.state, 'code' in finding && finding.code], ['blocked', 'E_TRAIN']);
    assert.match(finding.found, taken === first ? /^GPU 0 / : /^GPU 1 /);
  }
});

test('cards that do not train together: an error where the training takes them, a warning where it takes one', async () => {
  const broken = { [both]: { ...failure, rank: 1 } };
  const asked = await project(broken).prove(['training.processes=0']);
  assert.equal([asked.state, 'code' in asked && asked.code], ['blocked', 'E_TRAIN_TOGETHER']);
  assert.match(asked.found, /^training in 2 processes together failed in process 1, GPU 1 \(.*\), at stage `train`: /);
  const one = await project(broken).prove();
  assert.is(one.state, 'done');
  assert.match(('warning' in one && one.warning) || '', /E_TRAIN_TOGETHER/);
});

test('more processes than cards, and a script of the project that knows of none, are refused before anything runs', async () => {
  const { root, prove, calls } = project();
  const many = await prove(['training.processes=3']);
  assert.equal([many.state, 'code' in many && many.code, calls()], ['blocked', 'E_PROCESSES', []]);
  assert.match(many.found, /is 3, and 2 GPUs can be used: GPU 0 /);
  fs.mkdirSync(path.join(root, 'scripts'));
  fs.writeFileSync(path.join(root, 'scripts/train.py'), 'def train(job, stage):\n    load_base(job)\n');
  const old = await prove(['training.processes=2']);
  assert.equal([old.state, 'code' in old && old.code, calls()], ['blocked', 'E_PROCESSES', []]);
  assert.is((await prove()).state, 'done');
  assert.equal(
    calls().map(({ cards, job }) => [cards.length, job.processes]),
    [
      [first.length, 1],
      [first.length, 1],
    ],
  );
});

test('without a GPU as many processes as are asked for, on the processor', async () => {
  const { prove, calls } = project();
  assert.is((await prove(['training.processes=2'], { options: { 'no-gpu': '' } })).state, 'done');
  assert.equal(
    calls().map(({ cards, program, job }) => [cards, program, job.device]),
    [
      ['', 'train.py', 'cpu'],
      ['', 'ranks.py', 'cpu'],
    ],
  );
});

test.run();
