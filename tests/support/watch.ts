import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';

/**
 * A shell that reads from a pipe which only this process holds: it comes to its end with this process, by SIGKILL
 * too, where no handler of ours runs. In a session of its own, since the runner kills a test with its whole group.
 */
function watch(script: string, args: readonly string[], output: StdioOptions = 'ignore'): ChildProcess {
  const watcher = spawn('sh', ['-c', script, 'watch', ...args], { detached: true, stdio: ['pipe', output, output].flat() as StdioOptions });
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  return watcher;
}

/** Starts a server that ends with this process. @param log descriptor of the file that its output goes to */
export function startWatched(command: string, args: readonly string[], log?: number): { stop(): void } {
  const watcher = watch('"$@" & server=$!; cat >/dev/null; kill "$server"', [command, ...args], log === undefined ? 'ignore' : [log]);
  return { stop: () => void watcher.stdin?.end() };
}

/** Runs a shell script after this process has ended: what it does may have been done by then. */
export function afterwards(script: string, ...args: string[]): void {
  watch(`cat >/dev/null; ${script}`, args);
}
