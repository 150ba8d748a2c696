import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Context } from '../../tasks/engine/context';
import { makeAdapter } from '../checkpoints/adapters/adapter';
import { makeModel } from '../checkpoints/models/model';
import { temporaryFolder } from '../support/project';
import { type ContextOptions, contextFor } from '../support/transcript';

const result = { dtype: 'bfloat16', logitsDifference: 0.004, adapterDifference: 0.5, versions: { peft: '0.12.0' } };

/**
 * A project with a base and an adapter, and a program in the place of Python that does to the folder what tasks/training/merge.py does.
 * @param does JavaScript behind `job` and `end`: what the program in the place of Python does
 */
export function mergeProject(does = 'copy(); end({ ok: true });') {
  const root = temporaryFolder();
  const bin = path.join(root, '.venv-remote', 'bin');
  fs.mkdirSync(bin, { recursive: true });
  const program = path.join(bin, 'merging.js');
  fs.writeFileSync(
    program,
    `const fs = require('fs');
const [, , input, output] = process.argv.slice(2);
const job = JSON.parse(fs.readFileSync(input, 'utf8'));
const copy = () => fs.cpSync(job.base, job.folder, { recursive: true });
const end = (value) => fs.writeFileSync(output, JSON.stringify({ ...${JSON.stringify(result)}, ...value }));
console.error('stage: merge');
${does}\n`,
  );
  fs.writeFileSync(path.join(bin, 'python'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  makeModel(path.join(root, 'models', 'llama-3.1-8b'));
  makeAdapter(path.join(root, 'adapters/first'), { settings: { base_model_name_or_path: 'llama-3.1-8b' } });
  const context = ({ forced = false, ...options }: ContextOptions & { forced?: boolean } = {}): Context => ({
    ...contextFor(root, options),
    task: 'train:merge',
    forced: () => forced,
  });
  return { root, context };
}
