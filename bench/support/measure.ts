import { spawn } from 'node:child_process';

export interface Command {
  command: string;
  args: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
}

/** Wall seconds of one whole process. @throws Error with its last output where it fails */
export function seconds({ command, args, cwd, env }: Command): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] } as const);
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve((performance.now() - started) / 1000);
      else reject(new Error(`${command} ${args.join(' ')} exited with ${code}\n${output}`));
    });
  });
}

/** Median wall seconds of each command, run in turn so that a machine that slows down slows all of them. */
export async function medians(rounds: number, commands: readonly Command[]): Promise<number[]> {
  const times: number[][] = commands.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, command] of commands.entries()) times[index]?.push(await seconds(command));
  return times.map(median);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
