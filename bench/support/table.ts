import * as os from 'node:os';
import type { Benchmark } from './benchmark';

/** One comparison. */
export interface Row {
  /** What was measured, for example `again for nothing`. */
  what: string;
  /** Ours, with its unit: `0.41 s`. */
  ours: string;
  /** The peer and its figure: `bare uv 0.33 s`. */
  peer: string;
  /** Ours divided by the peer's. */
  ratio: number;
  /** The ratio that we want to stay under; absent where the row only informs. */
  goal?: number;
  /** Why the goal is missed, for the runs in which it is: a sentence. */
  why?: string;
}

/** What a benchmark was told by variables, as it is typed in front of its command. */
const variables = (): string =>
  Object.entries(process.env)
    .filter(([name]) => /^(?:[A-Z]+_)?BENCH_[A-Z]+$/.test(name))
    .map(([name, value]) => `${name}=${value} `)
    .join('');

/** A benchmark as a section of docs/PERFORMANCE.md. */
export function section(name: string, { title, about }: Benchmark, rows: readonly Row[]): string {
  const lines = rows.map(({ what, ours, peer, ratio, goal }) => {
    const verdict = goal === undefined ? '' : ratio <= goal ? 'met' : 'missed';
    return `| ${what} | ${ours} | ${peer} | ${ratio.toFixed(2)} | ${goal ?? ''} | ${verdict} |`;
  });
  const missed = rows.flatMap(({ what, peer, ratio, goal, why }) =>
    why !== undefined && goal !== undefined && ratio > goal ? [`- Missed, ${what}, ${peer}: ${why}`] : [],
  );
  const machine = `${os.cpus().length} cores, ${Math.round(os.totalmem() / 1e9)} GB of memory, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
  return [
    `## ${title}`,
    '',
    `${about} Made by \`${variables()}npm run bench -- ${name}\` (${machine}).`,
    '',
    '| what | just-lora | peer | ratio | goal | |',
    '|---|---|---|---|---|---|',
    ...lines,
    ...(missed.length > 0 ? ['', ...missed] : []),
    '',
  ].join('\n');
}
