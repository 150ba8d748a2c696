import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository, temporaryFolder } from '../../support/project';
import { python310 } from '../../support/python';
import { skip } from '../../support/skip';
import { until } from '../../support/until';

/** ranks.py with a real Python: variables, signals, the first that fails, and nobody left behind. */
const test = suite('several processes');
const python = python310();
const ranks = path.join(repository, 'tasks/environments/proof/ranks.py');

/** @param does Python behind `rank`, `result` (a function) and `note` (appends a line) */
function start(does: string, count = 2): { child: ChildProcess; folder: string; result: () => object; notes: () => string[] } {
  const folder = temporaryFolder();
  const program = path.join(folder, 'program.py');
  fs.writeFileSync(
    program,
    `import json, os, signal, sys, time
rank = int(os.environ["RANK"])
def note(text):
    with open(${JSON.stringify(path.join(folder, 'notes'))}, "a") as target:
        target.write("%d %s\\n" % (rank, text))
def result(value):
    with open(sys.argv[2] + (".%d" % rank if rank else ""), "w") as target:
        json.dump(value, target)
${does}\n`,
  );
  const files = ['job.json', 'result.json'].map((name) => path.join(folder, name));
  const child = spawn(python as string, ['-B', ranks, ...files, program, String(count)], { stdio: 'inherit' });
  const text = (name: string) => (fs.existsSync(path.join(folder, name)) ? fs.readFileSync(path.join(folder, name), 'utf8') : '');
  return {
    child,
    folder,
    result: () => JSON.parse(text('result.json') || 'null'),
    notes: () => text('notes').split('\n').filter(Boolean).sort(),
  };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

if (!python) skip(test, 'starts, signals, ends', 'there is no Python 3.10');
else {
  test('each knows which it is and how to reach the others; the result is that of the first', async () => {
    const { child, result, notes } = start(`
note(" ".join([os.environ["LOCAL_RANK"], os.environ["WORLD_SIZE"], os.environ["MASTER_ADDR"], os.environ["MASTER_PORT"] > "0" and "port"]))
result({"ok": True, "rank": rank})`);
    assert.equal(await once(child, 'exit'), [0, null]);
    assert.equal(notes(), ['0 0 2 127.0.0.1 port', '1 1 2 127.0.0.1 port']);
    assert.equal(result(), { ok: true, rank: 0 });
  });

  test('one that fails ends those that wait for it, and what it said is the result', async () => {
    const { child, result, notes } = start(`
note(str(os.getpid()))
if rank == 1:
    while not os.path.exists(sys.argv[1]): time.sleep(0.02)
    result({"ok": False, "stage": "train", "error": "OutOfMemoryError: CUDA out of memory"})
    sys.exit(1)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
time.sleep(600)`);
    assert.equal(await once(child, 'exit'), [1, null]);
    assert.equal(result(), { ok: false, stage: 'train', error: 'OutOfMemoryError: CUDA out of memory', rank: 1 });
    assert.not.ok(notes().some((line) => isAlive(Number(line.split(' ')[1]))));
  });

  test('one that dies without a word is told by its end', async () => {
    const { child, result } = start('rank == 1 and os.kill(os.getpid(), signal.SIGKILL)\nrank == 0 and time.sleep(600)');
    assert.equal(await once(child, 'exit'), [1, null]);
    assert.equal(result(), { ok: false, stage: 'start', error: 'Python was ended by signal 9', rank: 1 });
  });

  test('a signal that asks for the end goes to all', async () => {
    const { child, notes } = start(`
def ask(number, _frame):
    note(signal.Signals(number).name)
    sys.exit(0)
signal.signal(signal.SIGUSR2, ask)
note("ready")
time.sleep(600)`);
    await until(() => notes().length === 2);
    child.kill('SIGUSR2');
    assert.equal(await once(child, 'exit'), [0, null]);
    assert.equal(notes(), ['0 SIGUSR2', '0 ready', '1 SIGUSR2', '1 ready']);
  });

  if (process.platform === 'linux')
    test('killed itself it leaves nobody behind', async () => {
      const { child, notes } = start('note(str(os.getpid()))\ntime.sleep(600)', 3);
      await until(() => notes().length === 3);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const pids = notes().map((line) => Number(line.split(' ')[1]));
      await until(() => !pids.some(isAlive));
    });
}

test.run();
