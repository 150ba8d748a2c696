import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import { createText, lstat, readText, remove, stat } from '../../platform/files';
import { stateFolder } from '../../platform/files/private';
import { type Answer, protocolVersion, type StartRequest } from './protocol';
import { aliveness, fileOf, infoOf, makeRun, type RunFolder, type RunInfo, runsOf } from './run-folder';
import type { WatchOrder } from './watch';

/** What came of the wish to run something: a run to follow, or why there is none. */
type Begun = { run: RunFolder; info: RunInfo; isNew: boolean } | Extract<Answer, { answer: 'busy' }>;

/**
 * The run of a command: the one that is at work with it, or that has ended and nobody knows yet (a look is made anew then); else a new one. Two who ask
 * at once get the same one.
 * @param watcher watches the new one
 * @throws what the file system says
 */
export async function startOrAttach(project: string, id: string, request: StartRequest, watcher: Watcher): Promise<Begun> {
  const release = await oneAtATime(project);
  try {
    const runs = runsOf(project);
    for (const [at, run] of [...runs.entries()].reverse()) {
      const info = infoOf(run);
      if (!info) continue;
      if ((await aliveness(run)) === 'at work') {
        if (info.key === request.key) return { run, info, isNew: false };
        const { since, from, shown } = info;
        return { 'just-lora': 'run', version: protocolVersion, answer: 'busy', id: info.id, since, from, shown };
      }
      // Only the newest: what came behind it may have changed what it told.
      const isUntold = at === runs.length - 1 && info.key === request.key && !stat(fileOf(run, 'told'));
      if (isUntold && !request.isLook) return { run, info, isNew: false };
    }
    const { task, shown, key, from, command, environment } = request;
    const info: RunInfo = { id, task, shown, key, from, since: new Date().toISOString() };
    const run = await makeRun(project, info);
    watcher.begin({ id, command, environment });
    return { run, info, isNew: true };
  } finally {
    release();
  }
}

/** Who watches a run, once it is told which. */
export interface Watcher {
  begin(order: WatchOrder): void;
  /** Ends it, where there is nothing to watch. */
  drop(): void;
}

/** In a session of its own, and without a stream of ours: it outlives the connection. Where it is told nothing, it ends with us. */
export function startWatcher(project: string): Watcher {
  const watcher = spawn(process.execPath, [path.join(__dirname, `watch${path.extname(__filename)}`), project], {
    cwd: project,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  return { begin: (order) => void watcher.stdin.end(JSON.stringify(order)), drop: () => void watcher.stdin.end() };
}

/** Milliseconds after which whoever is about to start a run has died on it. */
const staleMs = 20_000;

/** Waits until nobody else is about to start a run here. @returns lets the next one in */
async function oneAtATime(project: string): Promise<() => void> {
  const file = path.join(project, stateFolder, 'machine-runs-starting');
  const own = randomUUID();
  for (;;) {
    if (createText(file, own)) return () => readText(file) === own && remove(file);
    breakStale(file);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One at a time, so that what lies there is still what was judged, and not the place of another one who was first. */
function breakStale(file: string): void {
  const text = staleText(file);
  if (text === undefined) return;
  const breaking = `${file}.breaking`;
  if (!createText(breaking, '')) {
    if (staleText(breaking) !== undefined) remove(breaking);
    return;
  }
  if (staleText(file) === text) remove(file);
  remove(breaking);
}

/** What a file says that is older than whoever holds it would let it become. */
function staleText(file: string): string | undefined {
  const held = lstat(file);
  return held && Date.now() - held.mtimeMs > staleMs ? readText(file) : undefined;
}
