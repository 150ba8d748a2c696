import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { cleanEnvironment, repository } from './project';

const just = path.join(repository, 'node_modules/just-task/bin/just.js');

/** Runs just behind a pseudo-terminal, with `keys` typed after a while. @returns all that the terminal got, and the exit code */
export function inTerminal(
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
