import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, repository } from '../support/project';
import { stepsProject } from '../support/steps';

const test = suite('terminal');
const just = path.join(repository, 'node_modules/just-task/bin/just.js');

/** Runs just behind a pseudo-terminal, with `keys` typed after a while. @returns all that the terminal got, and the exit code */
function inTerminal(
  project: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
  keys?: { text: string; afterMs: number },
  columns = 120,
): Promise<{ screen: string; exitCode: number | null }> {
  const python = `
import fcntl, os, pty, struct, sys, termios, threading, time
text, after = ${JSON.stringify(keys?.text ?? '')}, ${(keys?.afterMs ?? 0) / 1000}
pid, fd = pty.fork()
if pid == 0:
    if ${columns}: fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 40, ${columns}, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
def type_keys():
    time.sleep(after); os.write(fd, text.encode())
if text: threading.Thread(target=type_keys, daemon=True).start()
while True:
    try: data = os.read(fd, 65536)
    except OSError: break
    if not data: break
    os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
  const child = spawn('python3', ['-c', python, process.execPath, just, ...args], {
    cwd: project,
    env: cleanEnvironment({ TERM: 'xterm-256color', NO_COLOR: undefined, ...env }),
  });
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8');
  });
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ screen, exitCode })));
}

const hides = '\u001b[?25l';
const shows = '\u001b[?25h';

test('a terminal gets the live view, with bytes and rate, and its cursor back', async () => {
  const { screen, exitCode } = await inTerminal(stepsProject(), ['slow']);
  assert.is(exitCode, 0);
  assert.ok(screen.includes(hides));
  assert.ok(screen.lastIndexOf(shows) > screen.lastIndexOf(hides));
  assert.match(screen, /writing \d+ B of 20 B, [\d.]+ B\/s, [\d.]+ (ms|s) left/);
  assert.match(screen, /slow — 20 of 20 lines/);
});

test('Ctrl-C gives the cursor back and exits 130', async () => {
  const { screen, exitCode } = await inTerminal(stepsProject(), ['sleeping'], {}, { text: '\u0003', afterMs: 1500 });
  assert.is(exitCode, 130);
  assert.ok(screen.lastIndexOf(shows) > screen.lastIndexOf(hides));
  assert.match(screen, /interrupted by SIGINT/);
});

for (const env of [{ CI: 'true' }, { TERM: 'dumb' }, { NO_COLOR: '1' }])
  test(`${Object.keys(env)[0]} gets plain lines`, async () => {
    const { screen } = await inTerminal(stepsProject(), ['quick'], env);
    assert.not.ok(screen.includes(hides));
    assert.match(screen, /quick — 2 of 2 lines/);
  });

test('a terminal without a width gets plain lines', async () => {
  const { screen } = await inTerminal(stepsProject(), ['quick'], {}, undefined, 0);
  assert.match(screen, /quick — 2 of 2 lines/);
});

test('a failure in the live view shows the tail of the command', async () => {
  const { screen, exitCode } = await inTerminal(stepsProject(), ['failing']);
  assert.is(exitCode, 1);
  assert.match(screen, /the real reason/);
});

test.run();
