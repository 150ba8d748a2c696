import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thisHost } from '../../tasks/platform';
import type { Processes } from '../../tasks/platform/processes/processes';
import type { RunOptions, RunResult } from '../../tasks/platform/processes/run';
import { temporaryFolder } from '../support/project';

const test = suite('starting a program');
const cwd = temporaryFolder();
type Way = 'run' | 'ask';
const sh = (way: Way, script: string, options: Partial<RunOptions> = {}, processes: Processes = thisHost().processes): Promise<RunResult> =>
  processes[way]('sh', ['-c', script], { cwd, timeoutMs: 20_000, ...options });

// Both ways are one but for who starts it: what holds for one holds for the other.
for (const way of ['run', 'ask'] as const) {
  test(`${way}: what it says, how it ended`, async () => {
    const { stdout, stderr, tail, ...rest } = await sh(way, 'echo out; echo why >&2; exit 3');
    assert.equal([stdout, stderr, tail.split('\n').sort()], ['out', 'why', ['out', 'why']]);
    assert.equal(rest, { exitCode: 3, timedOut: false, cut: false });
  });

  test(`${way}: a program that is not there, one that a signal ends, an argument that none can get`, async () => {
    const { processes } = thisHost();
    const missing = await processes[way]('/no/such/program', [], { cwd });
    assert.is(missing.exitCode, -1);
    assert.match(missing.tail, 'ENOENT');
    const killed = await sh(way, 'echo begun; kill -9 $$');
    assert.equal([killed.exitCode, killed.stdout], [-1, 'begun']);
    assert.match(killed.tail, 'SIGKILL');
    assert.is((await processes[way]('echo', ['a\0b'], { cwd })).exitCode, -1);
  });

  test(`${way}: what is cut is told, never taken for whole, and its program is ended`, async () => {
    const started = performance.now();
    const result = await sh(way, 'while :; do echo 0123456789; done', { mostBytes: 100_000 });
    assert.ok(performance.now() - started < 10_000);
    assert.equal([result.exitCode, result.cut, result.timedOut], [-1, true, false]);
    assert.match(result.tail, 'wrote more than 100000 bytes');
    assert.ok(result.stdout.length <= 100_000);
  });

  test(`${way}: of what runs long the end is enough`, async () => {
    const lines: string[] = [];
    const result = await sh(way, 'for i in $(seq 20000); do echo "line $i"; done; echo why >&2; exit 7', {
      keep: 'end',
      mostBytes: 10_000,
      onLine: (line) => lines.push(line),
    });
    assert.equal([result.exitCode, result.cut, lines.length, result.stderr], [7, true, 20_001, 'why']);
    assert.ok(result.stdout.length <= 10_000 && result.stdout.endsWith('line 20000'));
  });

  test(`${way}: lines, whole letters, a line without an end in pieces`, async () => {
    const lines: string[] = [];
    const letter = "printf '\\303'; sleep 0.2; printf '\\274ber\\rnext\\n'; printf last";
    await sh(way, letter, { onLine: (line) => lines.push(line) });
    assert.equal(lines, ['über', 'next', 'last']);
    const long: number[] = [];
    await sh(way, 'head -c 2500000 /dev/zero', { onLine: (line) => long.push(line.length) });
    assert.is(
      long.reduce((sum, length) => sum + length, 0),
      2_500_000,
    );
    assert.ok(long.length > 1);
  });

  test(`${way}: Ctrl-C ends it, also one that comes while it is being started`, async () => {
    const { processes } = thisHost();
    const file = path.join(cwd, `went-on-${way}`);
    const running = sh(way, `sleep 30; echo > '${file}'`, {}, processes).catch((error: Error) => error);
    processes.interrupt('SIGINT');
    const started = performance.now();
    assert.is(((await running) as Error).name, 'Interrupted');
    assert.ok(performance.now() - started < 5000);
    assert.not.ok(fs.existsSync(file));
  });

  test(`${way}: what is dropped is ended, and not waited for, whoever holds its output open`, async () => {
    const pid = path.join(cwd, `holder-${way}`);
    let drop: () => void = () => undefined;
    const dropped = new Promise<void>((resolve) => {
      drop = resolve;
    });
    const running = sh(way, `setsid sh -c 'echo $$ > "${pid}"; echo begun; exec sleep 60' & wait`, {
      dropped,
      onLine: (line) => line === 'begun' && drop(),
    });
    assert.is((await running).exitCode, -1);
    const holder = Number(fs.readFileSync(pid, 'utf8'));
    assert.ok(thisHost().isProcessAlive(holder), 'a group of its own is nothing of ours');
    process.kill(holder);
  });

  test(`${way}: it gets no secret, and what it is given`, async () => {
    process.env['JUST_LORA_TEST_SECRET'] = 'correct horse';
    const { stdout } = await sh(way, 'echo "$JUST_LORA_TEST_SECRET|$GIVEN|$HOME"', { env: { GIVEN: 'given' } });
    assert.is(stdout, `|given|${process.env['HOME']}`);
  });
}

test('the guard gets no secret', async () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'sh'), `#!/bin/sh\n/usr/bin/env > '${folder}/seen'\nexec /bin/sh "$@"\n`, { mode: 0o755 });
  const { PATH } = process.env;
  process.env['PATH'] = `${folder}${path.delimiter}${PATH}`;
  process.env['JUST_LORA_TEST_SECRET'] = 'correct horse';
  await thisHost().processes.ask('/bin/sh', ['-c', 'sleep 0.5'], { cwd, guarded: true });
  process.env['PATH'] = PATH;
  const seen = fs.readFileSync(path.join(folder, 'seen'), 'utf8');
  assert.match(seen, `PATH=${folder}`);
  assert.not.match(seen, 'correct horse');
});

test.run();
