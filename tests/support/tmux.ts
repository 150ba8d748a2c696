import { execFileSync, spawnSync } from 'node:child_process';
import { cleanEnvironment } from './project';
import { afterwards } from './watch';

/** Why no terminal can be looked at here; `undefined` where one can. */
export const noTmux = spawnSync('tmux', ['-V']).status === 0 ? undefined : 'no tmux: install tmux';

/** A terminal that a test looks at, and what runs in it. */
export interface Terminal {
  /** What a person sees. */
  screen(): string[];
  /** All that was written, from the first line on; what the terminal broke because it was wider is one line. */
  lines(): string[];
  /** Waits until the screen shows something. @throws Error with the screen after a minute */
  until(text: string | RegExp): Promise<void>;
  type(...keys: string[]): void;
  resize(columns: number, rows: number): void;
}

let count = 0;

/** Runs a shell's line in a terminal of its own, without echo: `END` and its exit code stand behind it. */
export function inTmux(
  [columns, rows]: readonly [number, number],
  line: string,
  { cwd, env = {} }: { cwd: string; env?: Record<string, string | undefined> },
): Terminal {
  const socket = `jl-${process.pid}-${count++}`;
  const tmux = (...args: string[]) => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8', env: environment, cwd });
  const environment = cleanEnvironment({ TMUX: undefined, TERM: 'xterm-256color', ...env });
  afterwards('tmux -L "$1" kill-server', socket);
  const size = ['-x', String(columns), '-y', String(rows)];
  tmux('-f', '/dev/null', 'new-session', '-d', ...size, 'sh', '-c', `stty -echo; ${line}; echo "END $?"; exec sleep 300`);
  const capture = (...args: string[]) => tmux('capture-pane', '-p', ...args).split('\n');
  const terminal: Terminal = {
    screen: () => capture(),
    lines: () => capture('-J', '-S', '-').map((text) => text.trimEnd()),
    async until(text) {
      for (let tries = 0; tries < 600; tries++) {
        const seen = terminal.screen().join('\n');
        if (typeof text === 'string' ? seen.includes(text) : text.test(seen)) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`no ${text}:\n${terminal.screen().join('\n')}`);
    },
    type: (...keys) => void tmux('send-keys', ...keys),
    resize: (...size) => void tmux('resize-window', '-x', String(size[0]), '-y', String(size[1])),
  };
  return terminal;
}
