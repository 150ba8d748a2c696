import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { python310 } from '../tests/support/python';
import { remotePlace } from './remote';
import type { Benchmark } from './support/benchmark';
import { seconds } from './support/measure';
import type { Row } from './support/table';

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
  about:
    'The first `setup:remote --no-gpu` (profile compat, 5.6 GB, engine venv) against bare `uv venv && uv pip sync` of the same lock, which is told where Python is; each with an empty cache of uv of its own, one after the other, once: both fetch some gigabytes, so a full `npm run bench` leaves this out. Behind the installation stand the steps that prove it.',
  async run() {
    const { folder, project, env, just } = remotePlace('compat');
    const python = python310() as string;
    const [cache, peerCache] = ['uv-ours', 'uv-peer'].map((name) => path.join(folder, name)) as [string, string];

    const { command, args } = just('setup:remote', '--no-gpu', '--json');
    const began = performance.now();
    const stdout = execFileSync(command, args, {
      cwd: project,
      env: { ...env, UV_CACHE_DIR: cache },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64_000_000,
    });
    const whole = (performance.now() - began) / 1000;
    const { steps } = JSON.parse(stdout.toString()) as { steps: Step[] };
    // The room is for the other one now.
    for (const place of [cache, path.join(project, '.venv-remote')]) fs.rmSync(place, { recursive: true });

    const venv = path.join(folder, 'peer');
    const line = `uv venv -q --python "${python}" "${venv}" && uv pip sync -q --require-hashes --python "${venv}/bin/python" environment-remote.compat.lock`;
    const bare = await seconds({ command: 'sh', args: ['-c', line], cwd: project, env: { ...env, UV_CACHE_DIR: peerCache } });
    const installed = steps.findIndex(({ name }) => name === 'env:remote');
    const built = (steps[installed]?.durationMs ?? Number.NaN) / 1000;
    const behind = steps.slice(installed + 1);
    const sumOf = (some: readonly Step[]) => some.reduce((sum, { durationMs }) => sum + durationMs / 1000, 0);
    const proof = sumOf(behind.filter(({ name }) => name === 'train'));
    const peer = `\`uv venv && uv pip sync\` ${s(bare)}`;
    const why = `where the time goes, by step: ${[...steps]
      .filter(({ durationMs }) => durationMs >= 50)
      .map(({ name, durationMs }) => `\`${name}\` ${s(durationMs / 1000)}`)
      .join(', ')}, and ${s(whole - sumOf(steps))} between them and before, the start of just among it`;
    return [
      { what: 'from nothing, without the proof by training', ours: s(whole - proof), peer, ratio: (whole - proof) / bare, goal: 1.15, why },
      { what: 'the step of the environment in it', ours: s(built), peer, ratio: built / bare },
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
