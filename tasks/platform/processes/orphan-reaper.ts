import { type ChildProcess, spawn } from 'node:child_process';
import { childEnvironment } from './child-environment';

/**
 * Reads `+ GROUP` and `- GROUP` lines. When its input ends, and a killed process ends it too, what is
 * still on the list is ended: politely, then after two seconds for good.
 */
const script = `
gs=' '
while read -r verb g; do
  case $verb in
    +) gs="$gs$g " ;;
    -) gs="\${gs%% $g *} \${gs#* $g }" ;;
  esac
done
for g in $gs; do kill -TERM -- "-$g"; done
case $gs in *[0-9]*) sleep 2; for g in $gs; do kill -KILL -- "-$g"; done ;; esac`;

/** Ends process groups that would outlive us: nothing that we do ourselves happens after a SIGKILL. */
export class OrphanReaper {
  #watcher: ChildProcess | undefined;

  add(group: number): void {
    if (process.platform === 'win32') return;
    this.#tell(`+ ${group}\n`);
  }

  remove(group: number): void {
    if (this.#watcher) this.#tell(`- ${group}\n`);
  }

  #tell(line: string): void {
    this.#watcher ??= this.#start();
    this.#watcher.stdin?.write(line);
  }

  #start(): ChildProcess {
    // A group of its own: Ctrl-C in the terminal is not meant for it.
    const env = childEnvironment('plain', process.env);
    const watcher = spawn('sh', ['-c', script], { env, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    watcher.on('error', () => undefined);
    watcher.stdin?.on('error', () => undefined);
    watcher.unref();
    (watcher.stdin as unknown as { unref?(): void } | null)?.unref?.();
    return watcher;
  }
}
