import { spawn } from 'node:child_process';
import { bootId } from '../../platform/boot-id';
import { appendBytes, appendTo, move, readText, writeText } from '../../platform/files';
import { processStartTime } from '../../platform/processes/process-groups';
import type { Ended } from './protocol';
import { fileOf, type ProcessMark, type RunProcesses, runNamed, saidBy } from './run-folder';

/** What the watcher of a run is told on its stdin: what lies on no disk. */
export interface WatchOrder {
  /** The run. */
  id: string;
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
}

/** Bytes of what a task writes past its events: twice as much is kept at the most. */
const mostOutput = 256_000;

/**
 * Runs one task of a project to its end, apart from whoever asked for it: what it writes goes into a bounded file, and how it
 * ended behind its events. Argument: the project. Which run it is, and of what, comes on stdin; where nothing comes there is none.
 */
async function watch(project: string): Promise<void> {
  const input = await wholeInput();
  if (input === '') return;
  const { id, command, environment } = JSON.parse(input) as WatchOrder;
  const run = runNamed(project, id);
  const own = await markOf(process.pid);
  const tell = (task?: ProcessMark) => {
    const processes: RunProcesses = {
      boot: bootId({ platform: process.platform, files: { readText } }),
      watcher: own,
      ...(task ? { task } : {}),
    };
    writeText(fileOf(run, 'processes.json'), JSON.stringify(processes), false);
  };
  tell();
  // A stop is for the task; whoever watches it tells how it ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const memoryBefore = outOfMemory();
  // For its owner alone, whoever writes the first line.
  const append = appendTo(fileOf(run, 'events'));
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: project,
    env: { ...process.env, ...environment, JUST_LORA_EVENTS: fileOf(run, 'events') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const save = boundedFile(fileOf(run, 'output'), fileOf(run, 'output.before'));
  child.stdout.on('data', save);
  child.stderr.on('data', save);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('error', (error) => {
      save(Buffer.from(`${error.message}\n`));
      resolve({ code: 127, signal: null });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
    // What it started may hold its output open for as long as it likes.
    child.once('exit', (code, signal) => setTimeout(() => resolve({ code, signal }), 50));
  });
  if (child.pid) tell(await markOf(child.pid));
  const event: Ended = { event: 'ended', ...(await ended), said: saidBy(run), memory: outOfMemory() > memoryBefore };
  append(JSON.stringify(event));
  process.exit(0);
}

const markOf = async (pid: number): Promise<ProcessMark> => ({ pid, started: (await processStartTime(pid)) ?? '' });

async function wholeInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Appends to a file, and begins anew where it is full: the part before is kept beside it. */
function boundedFile(file: string, before: string): (chunk: Buffer) => void {
  let bytes = 0;
  return (chunk) => {
    try {
      if (bytes + chunk.length > mostOutput && bytes > 0) {
        move(file, before);
        bytes = 0;
      }
      appendBytes(file, chunk.subarray(-mostOutput));
      bytes += chunk.length;
    } catch {
      // A full disk is the task's to tell.
    }
  };
}

/** How many processes the kernel has ended for want of memory since it started (proc(5), vmstat). */
const outOfMemory = (): number => Number(/^oom_kill (\d+)$/m.exec(readText('/proc/vmstat') ?? '')?.[1] ?? 0);

const [, , project = ''] = process.argv;
void watch(project);
