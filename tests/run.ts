import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * Runs test files, each in a process of its own, one more at a time than there are cores and four at most, the longest first:
 * `npm test`, `npm test -- venv` (files whose path holds a word), `npm test -- --only=tests/remote` (a folder that is not part of the rest).
 * A file that fails is run again, alone. A test that passes then is flaky: it is listed at the end, and more than
 * `flakyLimit` of them fail the run. Exit code: 0 all passed, 1 a test failed, too many are flaky, or none ran.
 */

/** Folders that take minutes and gigabytes: they have commands of their own. */
const apart = ['tests/remote', 'tests/workflow', 'tests/kills'];
const root = path.resolve(__dirname, '..');
const limitMs = 1_200_000;
/** One of these fetches gigabytes and trains: where nothing is cached, or others are at work, that is more than a third of an hour. */
const limitApartMs = 3_600_000;
const flakyLimit = 2;
const wholeFile = 'the whole file';

/** Tests wait for servers and programs, some two fifths of their time: one more than the cores keeps these busy. More than four were never tried. */
const workers = Math.min(availableParallelism() + 1, 4);

/** What takes a minute or more begins first, so that nothing long is left over for one worker alone in the end. */
const longest = [
  'tests/sync/faults',
  'tests/sync/kill',
  'tests/package',
  'tests/sync/rclone',
  'tests/export/engines',
  'tests/docs/commands',
  'tests/hub/kill',
  'tests/cli/interrupt',
  'tests/environments/venv/kill-build',
  'tests/environments/venv/kill-mend',
  'tests/sync/guards',
  'tests/hub/clients',
  'tests/hub/faults',
  'tests/environments/venv/places',
  'tests/environments/conda/versions-of-conda',
  'tests/hub/dashes',
  'tests/slurm',
  'tests/export',
  'tests/environments/venv',
  'tests/hub',
  'tests/sync',
  'tests/report',
  'tests/environments',
];

const rankOf = (file: string): number => {
  const at = longest.findIndex((start) => file.startsWith(start));
  return at < 0 ? longest.length : at;
};

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface FileResult extends Counts {
  failures: Failure[];
}

interface Failure {
  /** Of the test; `wholeFile` where the file broke off or failed without naming one: a crash, no test in it. */
  name: string;
  /** The first lines of what it said. */
  said: string;
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

function runFile(file: string): Promise<FileResult> {
  const limit = apart.includes(path.dirname(file)) ? limitApartMs : limitMs;
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
    const timer = setTimeout(() => endGroup(group), limit);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(group);
      const output = stripVTControlCharacters(Buffer.concat(chunks).toString('utf8'));
      const number = (label: string) => Number([...output.matchAll(new RegExp(`^ {2}${label}: +(\\d+)`, 'gm'))].at(-1)?.[1] ?? 0);
      const [total, passed, skipped] = [number('Total'), number('Passed'), number('Skipped')];
      // A file that ends without a summary, or without a test, has not passed.
      const failed = code === 0 && total + skipped > 0 ? total - passed : Math.max(1, total - passed);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(
        `${failed > 0 ? 'FAIL' : 'ok'}  ${file}  ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s\n`,
      );
      for (const line of output.split('\n')) if (line.startsWith('skipped: ')) process.stdout.write(`      ${line}\n`);
      if (failed > 0) process.stdout.write(`${output}${signal ? `\nended by ${signal} after ${limit / 1000} s\n` : ''}\n`);
      resolve({ passed, failed, skipped, failures: failed > 0 ? failuresIn(output) : [] });
    });
  });
}

/** The tests behind uvu's lines ` FAIL  "name"`, with the suite's name where it has one. */
function failuresIn(output: string): Failure[] {
  const [, ...blocks] = output.split(/^ {3}FAIL {2}/m);
  const failures = blocks.flatMap((block) => {
    const [first = '', ...lines] = block.split('\n');
    const [, suite, name] = /^(?:([^"]+) {2})?"(.*)"$/.exec(first) ?? [];
    return name === undefined ? [] : [{ name: suite ? `${suite}: ${name}` : name, said: beginning(lines) }];
  });
  return failures.length > 0 && /^ {2}Total: /m.test(output) ? failures : [...failures, { name: wholeFile, said: '' }];
}

/** What lies far from the end of a long output is read by nobody: so much is repeated there. */
function beginning(lines: readonly string[]): string {
  const trace = lines.findIndex((line) => /^ {4}at /.test(line));
  return lines
    .slice(0, trace < 0 ? undefined : trace)
    .filter((line) => line.trim())
    .slice(0, 12)
    .map((line) => `      ${line.trim().slice(0, 300)}\n`)
    .join('');
}

async function main(args: readonly string[]): Promise<void> {
  const only = args.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
  const words = args.filter((argument) => !argument.startsWith('--'));
  const waiting = filesIn(only ?? 'tests')
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort((left, right) => rankOf(left) - rankOf(right));
  const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts: Counts) => {
    for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += counts[key];
  };
  const again: { file: string; failures: readonly Failure[] }[] = [];
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const { failures, ...counts } = await runFile(file);
      if (counts.failed > 0) again.push({ file, failures });
      else add(counts);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  // Tests with real servers and processes starve on a machine that is busy with something else: the second run counts.
  const flaky: string[] = [];
  for (const { file, failures } of again) {
    process.stdout.write(`again, alone: ${file}\n`);
    const { failures: still, ...counts } = await runFile(file);
    add(counts);
    const names = still.map(({ name }) => name);
    // Where the second run broke off, nothing is known of the tests after that point.
    if (names.includes(wholeFile)) continue;
    for (const { name, said } of failures) if (!names.includes(name)) flaky.push(`  ${file}: ${name}\n${said}`);
  }
  if (flaky.length > 0) process.stdout.write(`\nflaky: failed, and passed when run again alone\n${flaky.join('')}`);
  if (flaky.length > flakyLimit) process.stdout.write(`${flaky.length} flaky tests fail the run: at most ${flakyLimit} are let pass\n`);
  process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
  process.exitCode = sum.failed > 0 || sum.passed === 0 || flaky.length > flakyLimit ? 1 : 0;
}

void main(process.argv.slice(2));
