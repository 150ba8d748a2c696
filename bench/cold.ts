import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { python310 } from '../tests/support/python';
import { remotePlace } from './remote';
import type { Benchmark } from './support/benchmark';
import { median, seconds } from './support/measure';
import type { Row } from './support/table';

const rounds = Number(process.env.COLD_BENCH_ROUNDS ?? 3);
const sumOf = (some: readonly Step[]) => some.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0);
const s = (value: number) => `${value.toFixed(2)} s`;

/** Seconds that imports, the GPU and the proof by training may take together on two cores. */
const mostBehind = 25;

/** A step as `--json` tells of it. */
interface Step {
  name: string;
  durationMs: number;
}

export const benchmark: Benchmark = {
  title: 'setup:remote from nothing',
  about: `The first \`setup:remote --no-gpu\` (profile compat, 5.6 GB, engine venv) against bare \`uv venv && uv pip sync\` of the same lock, which is told where Python is; each with an empty cache of uv of its own, ${rounds} times in turn, whoever is first changing, with nothing left to write from before: each fetches 3 GB, so a full \`npm run bench\` leaves this out. Behind the installation stand the steps that prove it.`,
  async run() {
    const { folder, project, env, just } = remotePlace('compat');
    const python = python310() as string;
    const [wholes, bares, built]: [{ whole: number; proof: number }[], number[], number[]] = [[], [], []];
    let [steps, installed]: [Step[], number] = [[], -1];
    const ours = (round: number) => {
      const { command, args } = just('setup:remote', '--no-gpu', '--json');
      execFileSync('sync');
      const began = performance.now();
      const stdout = execFileSync(command, args, {
        cwd: project,
        env: { ...env, UV_CACHE_DIR: path.join(folder, `uv-ours-${round}`) },
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 64_000_000,
      });
      const whole = (performance.now() - began) / 1000;
      steps = (JSON.parse(stdout.toString()) as { steps: Step[] }).steps;
      installed = steps.findIndex(({ name }) => name === 'env:remote');
      wholes.push({ whole, proof: sumOf(steps.filter(({ name }) => name === 'train')) });
      built.push((steps[installed]?.durationMs ?? Number.NaN) / 1000);
      // It proves what it has not seen. Not deleted before all is measured: making files is slow for minutes behind many deletions on some disks.
      for (const name of ['.venv-remote', '.just-lora']) fs.renameSync(path.join(project, name), path.join(folder, `${name}-${round}`));
    };
    const peers = async (round: number) => {
      const venv = path.join(folder, `peer-${round}`);
      const line = `uv venv -q --python "${python}" "${venv}" && uv pip sync -q --require-hashes --python "${venv}/bin/python" environment-remote.compat.lock`;
      const cache = { ...env, UV_CACHE_DIR: path.join(folder, `uv-peer-${round}`) };
      execFileSync('sync');
      bares.push(await seconds({ command: 'sh', args: ['-c', line], cwd: project, env: cache }));
    };
    for (let round = 0; round < rounds; round++) {
      // Whoever is second finds what the first one has asked the index for.
      if (round % 2 === 0) await peers(round);
      ours(round);
      if (round % 2 === 1) await peers(round);
    }
    const [whole, bare, step] = [median(wholes.map(({ whole }) => whole)), median(bares), median(built)];
    const unproved = median(wholes.map(({ whole, proof }) => whole - proof));
    const behind = steps.slice(installed + 1);
    const peer = `\`uv venv && uv pip sync\` ${s(bare)}`;
    const why = `where the time of the last round goes, by step: ${[...steps]
      .filter(({ durationMs }) => durationMs >= 50)
      .map(({ name, durationMs }) => `\`${name}\` ${s(durationMs / 1000)}`)
      .join(', ')}, and ${s((wholes.at(-1)?.whole ?? Number.NaN) - sumOf(steps))} between them and before, the start of just among it`;
    return [
      { what: 'from nothing, without the proof by training', ours: s(unproved), peer, ratio: unproved / bare, goal: 1.15, why },
      { what: 'the step of the environment in it', ours: s(step), peer, ratio: step / bare },
      {
        what: 'the steps behind it together',
        ours: s(sumOf(behind)),
        peer: `limit ${s(mostBehind)}`,
        ratio: sumOf(behind) / mostBehind,
        goal: 1,
      },
      ...behind.map(({ name, durationMs }): Row => {
        const took = durationMs / 1000;
        return { what: `of them, the step \`${name}\``, ours: s(took), peer: `all of it ${s(whole)}`, ratio: took / whole };
      }),
    ];
  },
};
