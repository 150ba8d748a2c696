import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Context } from '../../tasks/engine/context';
import { makeAdapter } from '../checkpoints/adapters/adapter';
import { makeModel } from '../checkpoints/models/model';
import { temporaryFolder } from '../support/project';
import { type ContextOptions, contextFor } from '../support/transcript';

/** What the program tells of a training. */
export const facts = {
  device: 'cpu',
  precision: 'float32',
  rows: { rows: 2, tokens: 20, cut: 0, leftOut: 0, firstCut: '' },
  validation: { rows: 1, tokens: 9, cut: 0, leftOut: 0, firstCut: '' },
  steps: 3,
  resumedAt: null,
  losses: [5.5, 5, 4.5],
  evaluations: [{ step: 3, loss: 4.75 }],
  secondsPerStep: 0.1,
  peakMemoryBytes: 1e9,
  adapterBytes: 1000,
  logitsDifference: 0,
  samples: [{ prompt: 'what', before: 'x', after: 'rain' }],
  versions: { torch: '2.1.2' },
};

/**
 * A project with a model and rows, and a program in the place of Python that makes an adapter as scripts/train.py does.
 * @param does JavaScript behind `job` and `output`: what the program in the place of Python does
 */
export function trainProject(does = 'adapter(); done();') {
  const root = temporaryFolder();
  const bin = path.join(root, '.venv-remote', 'bin');
  fs.mkdirSync(bin, { recursive: true });
  const ready = path.join(temporaryFolder(), 'adapter');
  makeAdapter(ready, { settings: { base_model_name_or_path: 'llama-3.1-8b' } });
  const program = path.join(bin, 'training.js');
  fs.writeFileSync(
    program,
    `const fs = require('fs');
const [, program, input, output, ...more] = process.argv.slice(2);
const job = JSON.parse(fs.readFileSync(input, 'utf8'));
fs.writeFileSync(${JSON.stringify(path.join(root, 'job.json'))}, JSON.stringify({ ...job, program, more }));
const adapter = () => {
  fs.cpSync(${JSON.stringify(ready)}, job.folder + '/adapter', { recursive: true });
  const file = job.folder + '/adapter/adapter_config.json';
  const config = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, JSON.stringify({ ...config, base_model_name_or_path: job.base?.repo ?? job.model }));
};
const result = (value) => fs.writeFileSync(output, JSON.stringify(value));
const done = () => result({ ok: true, ...${JSON.stringify(facts)} });
${does}\n`,
  );
  fs.writeFileSync(path.join(bin, 'python'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  makeModel(path.join(root, 'models', 'llama-3.1-8b'));
  fs.mkdirSync(path.join(root, 'data/processed'), { recursive: true });
  write(root, 'data/processed/train.jsonl', '{"text": "cloudy"}\n{"text": "rain"}\n');
  write(root, 'data/processed/valid.jsonl', '{"text": "wind"}\n');
  const context = ({ forced = false, ...options }: ContextOptions & { forced?: boolean } = {}): Context => {
    const made = contextFor(root, { ...options, options: { 'no-gpu': '', ...options.options } });
    return { ...made, task: 'train', forced: () => forced };
  };
  return { root, context, job: () => JSON.parse(fs.readFileSync(path.join(root, 'job.json'), 'utf8')) };
}

const write = (root: string, file: string, text: string) => fs.writeFileSync(path.join(root, file), text);
