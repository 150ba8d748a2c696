import * as path from 'node:path';
import * as readline from 'node:readline';
import { createText, readText, writeText } from '../../platform/files';
import { follow } from './follow';
import { type Answer, protocolVersion, type Request } from './protocol';
import { fileOf, infoOf, isRunId, runNamed } from './run-folder';
import { startOrAttach, startWatcher, type Watcher } from './start';

/**
 * Starts a run of this project, or finds it, and sends what it tells. Started by the other side over ssh; argument: the project.
 * The request is the first line of stdin; where that comes to its end before the run does, nobody follows any more.
 */
async function main(project: string): Promise<void> {
  // Beside what is asked: it takes as long to start as this does.
  const watcher = startWatcher(project);
  const lines = readline.createInterface({ input: process.stdin, terminal: false });
  const next = lines[Symbol.asyncIterator]();
  const { value, done: isAskedNothing } = await next.next();
  if (isAskedNothing) return process.exit(0);
  const request = JSON.parse(String(value)) as Request;
  const begun = await beginning(project, request, watcher).catch(
    (error: Error): Answer => ({ ...ours, answer: 'failed', text: error.message }),
  );
  await send(Buffer.from(`${JSON.stringify('run' in begun ? begun.answer : begun)}\n`));
  if (!('run' in begun) || !begun.isNew) watcher.drop();
  noteNode();
  if (!('run' in begun) || request.detach) return process.exit(0);
  const told = next.next();
  if (request.acknowledged) void told.then(({ done }) => done && process.exit(0));
  await follow(begun.run, begun.id === request.id ? request.offset : 0, send);
  if (!request.acknowledged || (await told).value === 'told') createText(fileOf(begun.run, 'told'), '');
  process.exit(0);
}

const ours = { 'just-lora': 'run', version: protocolVersion } as const;

/** The Node that the next run is started by, before it is known which ones there are. */
function noteNode(): void {
  const file = path.resolve(__dirname, '..', '..', '..', 'node');
  try {
    if (readText(file) !== `${process.execPath}\n`) writeText(file, `${process.execPath}\n`);
  } catch {
    // It is found again.
  }
}

async function beginning(project: string, { version, id, start }: Request, watcher: Watcher) {
  if (version !== protocolVersion || !isRunId(id)) throw new Error('this request is none of this version');
  const named = runNamed(project, id);
  const known = infoOf(named);
  const begun = known ? { run: named, info: known, isNew: false } : start ? await startOrAttach(project, id, start, watcher) : undefined;
  if (!begun) return { ...ours, answer: 'gone' } satisfies Answer;
  if (!('run' in begun)) return begun;
  const { info, isNew, run } = begun;
  const answer: Answer = { ...ours, answer: 'following', id: info.id, since: info.since, from: info.from, isNew };
  return { run, id: info.id, isNew, answer };
}

const send = (bytes: Buffer): Promise<void> => new Promise((resolve) => void process.stdout.write(bytes, () => resolve()));

process.stdout.on('error', () => process.exit(0));
const [, , project = ''] = process.argv;
void main(project);
