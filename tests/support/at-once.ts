import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { repository, temporaryFolder } from './project';

/** How many processes come to each lock. */
const asking = 6;

/** A program with its arguments, or a fixture of ours with its own. */
export type Asking = (at: number, folders: readonly string[]) => { command: string; args: readonly string[]; input?: string };

/** A program of TypeScript. */
export const typeScript = (file: string, args: readonly string[]) => ({
  command: process.execPath,
  args: ['-r', path.join(repository, 'tools/ts-node/register'), path.join(repository, file), ...args],
});

/**
 * Six processes that wait for one folder after the other, each of which is there with a dead lock in it at once. They say `ready`, then
 * a line for each folder.
 * @param dead puts the lock into a folder
 * @param rounds how many folders
 * @returns for each folder what it was, and what each process said of it
 */
export async function atOnce(asks: Asking, dead: (folder: string) => void, rounds = 10): Promise<{ folder: string; said: string[] }[]> {
  const folders = Array.from({ length: rounds }, (_, at) => path.join(temporaryFolder('jl-at-once'), `${at}`));
  const children = Array.from({ length: asking }, (_, at) => {
    const { command, args, input } = asks(at, folders);
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.on('error', () => undefined).end(input);
    const lines: string[] = [];
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => (line === 'ready' ? resolve() : lines.push(line)));
    });
    return { lines, ready, ended: new Promise<number | null>((resolve) => child.once('close', resolve)) };
  });
  await Promise.all(children.map(({ ready }) => ready));
  for (const folder of folders) {
    const coming = `${folder}.coming`;
    fs.mkdirSync(coming);
    dead(coming);
    fs.renameSync(coming, folder);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const codes = await Promise.all(children.map(({ ended }) => ended));
  if (codes.some((code) => code !== 0)) throw new Error(`exit codes ${codes.join(', ')}`);
  return folders.map((folder, at) => ({ folder, said: children.map(({ lines }) => lines[at] ?? '') }));
}
