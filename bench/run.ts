import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Benchmark } from './support/benchmark';
import { section } from './support/table';

/**
 * `npm run bench` runs every benchmark, `npm run bench -- start verify` those that are named.
 * A full run writes docs/PERFORMANCE.md, without those that fetch gigabytes, which have to be named; each other file of this folder is a benchmark.
 */

const folder = __dirname;
/** Benchmarks that fetch gigabytes each time. */
const gigabytes = ['cold'];
const results = path.join(folder, '..', 'docs', 'PERFORMANCE.md');

async function main(wanted: readonly string[]): Promise<void> {
  const names = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name !== 'run.ts')
    .map((name) => name.slice(0, -3))
    .sort();
  for (const name of wanted) if (!names.includes(name)) throw new Error(`no benchmark ${name}: ${names.join(', ')}`);
  for (const name of wanted.length > 0 ? wanted : names.filter((one) => !gigabytes.includes(one))) {
    const { benchmark } = require(path.join(folder, name)) as { benchmark: Benchmark };
    process.stderr.write(`${benchmark.title} …\n`);
    const text = section(name, benchmark, await benchmark.run());
    process.stdout.write(`${text}\n`);
    if (!benchmark.isTrial) keep(text);
  }
}

/** A section replaces the one of the same benchmark; the others stay. */
function keep(made: string): void {
  const head =
    '# Performance\n\nEach table comes from `npm run bench -- NAME`. Figures are ratios within one run on one machine: their absolute size says nothing about another.\n';
  const before = fs.existsSync(results) ? fs.readFileSync(results, 'utf8') : head;
  const parts = new Map(
    before
      .split(/^(?=## )/m)
      .slice(1)
      .map((part) => [/npm run bench -- (\S+)`/.exec(part)?.[1] ?? part, part.trimEnd()]),
  );
  parts.set(/npm run bench -- (\S+)`/.exec(made)?.[1] ?? made, made.trimEnd());
  fs.writeFileSync(
    results,
    `${[head.trimEnd(), ...[...parts.entries()].sort(([a], [b]) => a.localeCompare(b)).map(([, part]) => part)].join('\n\n')}\n`,
  );
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
