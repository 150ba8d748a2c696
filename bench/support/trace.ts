import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryFolder } from '../../tests/support/project';

/** A piece of a call's arguments, and what the call is then; the first that fits counts. `undefined`: no time of its own. */
export type Kinds = readonly (readonly [RegExp, string | undefined])[];

/** What the calls of making an environment are. */
export const environmentKinds: Kinds = [
  [/^uv --version/, 'uv is asked for its version'],
  [/^uv pip install .*--dry-run/, 'whether the cache or the index has all'],
  [/^uv venv/, '`uv venv`'],
  [/^uv pip sync/, '`uv pip sync`'],
];

/** Programs that stand before the real ones on PATH and write down when they begin and end: where the time of a command goes. */
export class Trace {
  readonly folder = temporaryFolder('jl-trace');
  readonly #log = path.join(this.folder, 'log');
  #beganMs = 0;

  /** @param programs each found on this PATH */
  constructor(
    programs: readonly string[],
    private readonly kinds: Kinds,
    PATH = process.env.PATH,
  ) {
    for (const name of programs) {
      const real = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8', env: { ...process.env, PATH } }).trim();
      const text = [
        '#!/bin/bash',
        `printf '%s %s begin ${name} %s\\n' "$(date +%s%3N)" $$ "$(printf '%s ' "$@" | tr '\\n' ' ')" >> '${this.#log}'`,
        `'${real}' "$@"`,
        'code=$?',
        `printf '%s %s end\\n' "$(date +%s%3N)" $$ >> '${this.#log}'`,
        'exit $code',
      ];
      fs.writeFileSync(path.join(this.folder, name), `${text.join('\n')}\n`, { mode: 0o755 });
    }
  }

  begin(): void {
    fs.rmSync(this.#log, { force: true });
    this.#beganMs = Date.now();
  }

  /** From the beginning: `0.6 s until the first call; 0.6–1.8 connection and look; …`, in seconds. */
  told(): string {
    const spans = new Map<string, [number, number]>();
    const open = new Map<string, string>();
    const lines = fs.readFileSync(this.#log, 'utf8').trim().split('\n');
    for (const line of lines) {
      const [, ms, id = '', what, command = ''] = /^(\d+) (\d+) (begin|end) ?(.*)$/.exec(line) ?? [];
      const at = Number(ms) - this.#beganMs;
      if (what === 'begin') {
        const kind = this.kinds.find(([pattern]) => pattern.test(command));
        const name = kind ? kind[1] : 'other calls';
        if (name === undefined) continue;
        // What comes behind a transfer is another look.
        const full = spans.has('rsync') && name === 'comparison' ? 'comparison behind it' : name;
        open.set(id, full);
        spans.set(full, [Math.min(spans.get(full)?.[0] ?? at, at), at]);
      } else {
        const name = open.get(id);
        const span = name && spans.get(name);
        if (span) span[1] = Math.max(span[1], at);
      }
    }
    const s = (ms: number) => (ms / 1000).toFixed(1);
    const first = Math.min(...[...spans.values()].map(([begin]) => begin));
    return [`${s(first)} s until the first call`, ...[...spans].map(([name, [begin, end]]) => `${name} ${s(begin)} to ${s(end)}`)].join(
      ', ',
    );
  }
}
