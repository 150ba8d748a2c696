import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Runs test files, each in a process of its own, two at a time:
 * `npm test`, `npm test -- venv` (files whose path holds a word), `npm test -- --only=tests/remote` (a folder that is not part of the rest).
 */

/** Folders that take minutes and gigabytes: they have commands of their own. */
const apart = ['tests/remote', 'tests/workflow', 'tests/kills'];
const root = path.resolve(__dirname, '..');
const limitMs = 1_200_000;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const running = new Set<number>();

function endGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const group of running) endGroup(group);
    process.exit(130);
  });

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const file = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'fixtures' || apart.includes(file) ? [] : filesIn(file);
      return entry.name.endsWith('.test.ts') ? [file] : [];
    })
    .sort();
}

function runFile(file: string): Promise<Counts> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-r', './tools/ts-node/register', file], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // All that the file started: a server that it left running would hold its output open for ever.
    const group = child.pid ?? 0;
    running.add(group);
    const limit = setTimeout(() => endGroup(group), limitMs);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      running.delete(group);
      const output = Buffer.concat(chunks).toString('utf8');
      const number = (label: string) => Number([...output.matchAll(new RegExp(`^ {2}${label}: +(\\d+)`, 'gm'))].at(-1)?.[1] ?? 0);
      const [total, passed, skipped] = [number('Total'), number('Passed'), number('Skipped')];
      // A file that ends without a summary, or without a test, has not passed.
      const failed = code === 0 && total + skipped > 0 ? total - passed : Math.max(1, total - passed);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(
        `${failed > 0 ? 'FAIL' : 'ok'}  ${file}  ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s\n`,
      );
      for (const line of output.split('\n')) if (line.startsWith('skipped: ')) process.stdout.write(`      ${line}\n`);
      if (failed > 0) process.stdout.write(`${output}${signal ? `\nended by ${signal} after ${limitMs / 1000} s\n` : ''}\n`);
      resolve({ passed, failed, skipped });
    });
  });
}

async function main(args: readonly string[]): Promise<void> {
  const only = args.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
  const words = args.filter((argument) => !argument.startsWith('--'));
  const waiting = filesIn(only ?? 'tests').filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts: Counts) => {
    for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += counts[key];
  };
  const failed: string[] = [];
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const counts = await runFile(file);
      if (counts.failed > 0) failed.push(file);
      else add(counts);
    }
  };
  await Promise.all([work(), work()]);
  // Tests with real servers and processes starve on a machine that is busy with something else: a file that
  // failed is run once more, alone, and what it says then counts. Both runs are printed.
  for (const file of failed) {
    process.stdout.write(`again, alone: ${file}\n`);
    add(await runFile(file));
  }
  process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
  process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
}

void main(process.argv.slice(2));
