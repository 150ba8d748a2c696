import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { cleanEnvironment, repository } from './project';

const just = path.join(repository, 'node_modules/just-task/bin/just.js');

/** Runs just behind a pseudo-terminal, with `keys` typed when it shows a text, and `stdout` as a file of the project where one is named. @returns all that the terminal got, and the exit code */
export function inTerminal(
  project: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
  keys?: { text: string; at: string },
  columns = 120,
  stdout = '',
): Promise<{ screen: string; exitCode: number | null }> {
  const python = `
import fcntl, os, pty, struct, sys, termios
text, at, seen = ${JSON.stringify(keys?.text ?? '')}, ${JSON.stringify(keys?.at ?? '')}, b''
pid, fd = pty.fork()
if pid == 0:
    if ${columns}: fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 40, ${columns}, 0, 0))
    if ${JSON.stringify(stdout)}: os.dup2(os.open(${JSON.stringify(stdout)}, os.O_WRONLY | os.O_CREAT), 1)
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    try: data = os.read(fd, 65536)
    except OSError: break
    if not data: break
    os.write(1, data)
    seen += data
    if text and at.encode() in seen:
        os.write(fd, text.encode())
        text = ''
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
