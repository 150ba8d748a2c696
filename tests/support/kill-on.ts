import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { modelFiles } from '../hub/model';
import { startHub } from '../hub/server';
import { temporaryFolder } from './project';
import { contents, type Pair, pair, processesWith } from './sync';

/** Which process a SIGKILL ends: that of the laptop, or on the machine all of them or one. */
export type Killed = 'laptop' | 'all there' | 'task' | 'watcher' | 'follower';

const programs: Readonly<Record<Exclude<Killed, 'laptop' | 'all there'>, RegExp>> = {
  task: /just-task\/bin\/just\.js .*model:download/,
  watcher: /machines\/there\/watch\.js/,
  follower: /machines\/there\/run\.js/,
};

/** What the task has to do: milliseconds, and bytes. */
const [taskMs, modelBytes] = [2000, 3_000_000];

export interface KillCounts {
  /** Runs whose command did not come to its end, or a process that was there to be killed. */
  reached: number;
}

/**
 * A whole `model:download --on` from a machine that has a Node and nothing else, killed at moments that are spread over all of it: what is brought, and
 * the task at work. The same command behind each kill ends well, with the state that a run without a kill leaves, no process and no temporary file on
 * either side.
 * @param kills a moment each, spread evenly from the first to the last
 */
export async function killOn(kills: readonly Killed[]): Promise<KillCounts> {
  const [hereTemporary, thereTemporary] = [temporaryFolder('jl-here'), temporaryFolder('jl-there')];
  const hub = await startHub();
  hub.add('org/tiny', modelFiles(modelBytes));
  const machine = await pair({ env: { HF_ENDPOINT: hub.url, TMPDIR: thereTemporary } });
  machine.env['TMPDIR'] = hereTemporary;
  const command = ['model:download', '--model=org/tiny', '--on=gpu'];
  const prepare = (isBare: boolean) => {
    fs.rmSync(machine.there, { recursive: true, force: true });
    if (isBare) fs.rmSync(path.join(machine.sshd.home, '.cache'), { recursive: true, force: true });
  };
  hub.rate = modelBytes / (taskMs / 1000);
  const whole: number[] = [];
  for (const isBare of [true, false]) {
    prepare(isBare);
    const begun = performance.now();
    const { exitCode, stderr } = await machine.run(...command);
    assert.is(exitCode, 0, stderr);
    whole.push(performance.now() - begun);
  }
  const expected = stateOf(machine);
  const counts: KillCounts = { reached: 0 };
  for (const [at, killed] of kills.entries()) {
    const where = `${killed}, moment ${at} of ${kills.length}`;
    const isBare = at % 3 === 0;
    prepare(isBare);
    const { child, ended } = machine.start(...command);
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    const isOneProgram = killed !== 'laptop' && killed !== 'all there';
    if (isOneProgram) {
      // It is there for a part of the time alone: moments of that part.
      while (!isOver && !there(machine).some(({ command: text }) => programs[killed].test(text))) await pause(20);
      await pause((taskMs * at) / kills.length);
    } else await pause((whole[isBare ? 0 : 1] ?? 0) * (0.15 + (0.85 * at) / kills.length));
    if (killed === 'laptop') {
      if (!isOver) counts.reached++;
      end(child.pid ?? 0);
    } else {
      // Nothing may be at work there at this very moment.
      while (!isOver && there(machine).length === 0) await pause(20);
      const hit = there(machine).filter(({ command: text }) => killed === 'all there' || programs[killed].test(text));
      if (hit.length > 0) counts.reached++;
      for (const { pid } of hit) end(pid);
    }
    const first = await ended;
    const again = await machine.run(...command);
    // Whoever was left to a run that is told only now ends as that run did; the next one mends it.
    const last = again.exitCode === 0 ? again : await machine.run(...command);
    assert.is(last.exitCode, 0, `${where}: ${first.stderr}\n${again.stdout}${again.stderr}\n${last.stdout}${last.stderr}`);
    if (again.exitCode !== 0) assert.match(again.stderr, 'E_RUN_KILLED', where);
    assert.equal(differences(stateOf(machine), expected), [], where);
    await gone(() => there(machine), where);
    // The connection that commands share ends by itself when none has used it for 45 s.
    await gone(() => processesWith(machine.env['HOME'] ?? '').filter((each) => !/\[mux\]/.test(each.command)), where);
    assert.equal([fs.readdirSync(hereTemporary), fs.readdirSync(thereTemporary)], [[], []], where);
  }
  hub.close();
  return counts;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

/** Processes of the machine but for the server and its sessions. */
const there = ({ sshd }: Pair) => processesWith(sshd.folder).filter(({ command }) => !/sshd(?:_config|:| |$)|sftp-server/.test(command));

async function gone(find: () => { command: string }[], where: string): Promise<void> {
  for (let tries = 0; tries < 200 && find().length > 0; tries++) await pause(100);
  assert.equal(
    find().map(({ command }) => command),
    [],
    where,
  );
}

/** Both sides as they lie on disk, a line each, without the records of runs, which tell of each, and without what is in packages. */
function stateOf({ project, there: folder, sshd }: Pair): string[] {
  // A lock of a download that was killed when all was there is left: whoever has something to do there takes it over.
  const isRecord = /^\.just-lora\/(?:runs|machine-runs)\/|(?:^|\/)node_modules\/|^models\/[^/]+\/\.cache\/just-lora\/lock\.json$/;
  const lines = (side: string, all: Record<string, string>) =>
    Object.entries(all).flatMap(([name, content]) =>
      isRecord.test(name) ? [] : [`${side} ${name}${/\.just-lora\/|\/\.cache\//.test(name) ? '' : ` ${content}`}`],
    );
  return [...lines('here', contents(project)), ...lines('there', contents(folder)), ...lines('home', contents(sshd.home))].sort();
}

/** Lines of one that the other has not. */
const differences = (one: readonly string[], other: readonly string[]): string[] => [
  ...one.filter((line) => !other.includes(line)).map((line) => `+ ${line}`),
  ...other.filter((line) => !one.includes(line)).map((line) => `- ${line}`),
];
