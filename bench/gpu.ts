import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryFolder } from '../tests/support/project';
import type { Benchmark } from './support/benchmark';
import { medians } from './support/measure';

const repository = path.resolve(__dirname, '..');
const fixtures = path.join(repository, 'tests', 'fixtures', 'nvidia-smi');
/** About what nvidia-smi takes on a server whose driver is not kept loaded. */
const delay = '0.5';

export const benchmark: Benchmark = {
  title: 'The driver half of gpu',
  about: `\`npx just gpu\` before there is an environment, less the start of just (\`mkdirs --check\`), against one plain \`nvidia-smi\`. No GPU is at hand: a program that takes ${delay} s and prints what a real one printed stands for it, so this measures what we add to it; five questions are asked at once.`,
  async run() {
    const bin = temporaryFolder('bench-gpu');
    for (const program of ['nvidia-smi', 'dmesg']) fs.symlinkSync(path.join(fixtures, 'replay'), path.join(bin, program));
    const env = {
      ...process.env,
      PATH: [bin, process.env.PATH].join(path.delimiter),
      TRANSCRIPT: path.join(fixtures, 'a100-80gb.txt'),
      DELAY: delay,
    } as Record<string, string>;
    const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');
    const task = (...args: string[]) => ({ command: process.execPath, args: [just, ...args], cwd: repository, env });
    const [gpu = 0, start = 0, smi = 0] = await medians(7, [
      task('gpu'),
      task('mkdirs', '--check'),
      { command: path.join(bin, 'nvidia-smi'), args: [], env },
    ]);
    const s = (value: number) => `${value.toFixed(2)} s`;
    return [
      {
        what: 'card, driver, CUDA, capability, memory',
        ours: s(gpu - start),
        peer: `\`nvidia-smi\` ${s(smi)}`,
        ratio: (gpu - start) / smi,
        goal: 1.5,
      },
    ];
  },
};
