import type { Context } from '../engine/context';
import { lastLines } from '../untrusted/text';

/** What each system opens a file with, as a person's own double click would (xdg-open(1), open(1)). */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
  linux: ['xdg-open'],
  darwin: ['open'],
  win32: ['explorer.exe'],
};

/** Shows a page in the browser. That it does not come up is no fault of the page. @returns a line that says what came of it */
export async function openPage({ host, root }: Pick<Context, 'host' | 'root'>, file: string): Promise<string> {
  const [command, ...args] = openers[host.platform] ?? [];
  if (!command) return 'not opened: no program is known that opens a page on this system';
  if (host.platform === 'linux' && !host.env.DISPLAY && !host.env.WAYLAND_DISPLAY)
    return 'not opened: this machine has no display; fetch the file, or look at it where there is one';
  const { exitCode, tail } = await host.processes.ask(command, [...args, file], { cwd: root, timeoutMs: 20_000 });
  // Explorer says 1 where it has shown the page.
  if (exitCode === 0 || host.platform === 'win32') return `opened with ${command}`;
  return `not opened: ${/ENOENT/.test(tail) ? `${command} is not there` : `${command} says: ${lastLines(tail, 1)}`}`;
}
