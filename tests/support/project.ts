import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** The repository. */
export const repository = path.resolve(__dirname, '..', '..');
const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');

const folders: string[] = [];

/** A folder of its own for one test, gone when the process ends. */
export function temporaryFolder(name = 'just-lora test'): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`)));
  if (folders.push(folder) === 1)
    process.once('exit', () => {
      for (const each of folders) fs.rmSync(each, { recursive: true, force: true });
    });
  return folder;
}

/** What a clone holds: committed files and new ones that git does not ignore, with the same node_modules. */
export function projectCopy(folder = path.join(temporaryFolder(), 'project')): string {
  const parts = [
    'just.config.ts',
    'package.json',
    'tsconfig.json',
    '.gitignore',
    'tasks',
    'configs',
    'scripts',
    'data',
    'models',
    'adapters',
    ...lists(),
  ].filter((part) => fs.existsSync(path.join(repository, part)));
  fs.mkdirSync(path.join(folder, 'tools'), { recursive: true });
  copyInto(
    folder,
    parts.map((part) => path.join(repository, part)),
  );
  for (const part of ['configs', 'scripts', 'tasks'])
    for (const name of fs.readdirSync(path.join(folder, part), { recursive: true, encoding: 'utf8' }))
      if (/\.(local|remote)\.yaml$|__pycache__$/.test(name)) fs.rmSync(path.join(folder, part, name), { recursive: true });
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** Copies files and folders, links as links: by `cp`, which takes a tenth of what `fs.cpSync` does. */
function copyInto(folder: string, from: readonly string[]): void {
  execFileSync('cp', ['-R', ...from, folder]);
}

/** Copies a folder under another name. */
export function copyFolder(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true });
  copyInto(to, [`${from}/.`]);
}

/** Requirements, locks and environment files of the top level. */
function lists(): string[] {
  return fs.readdirSync(repository).filter((name) => /^(requirements|environment)-.*\.(txt|lock|yml)$/.test(name));
}

export interface Ended {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** The environment of a test: pip's own configuration of the machine is not the product's. */
export function cleanEnvironment(more: Record<string, string | undefined> = {}): Record<string, string> {
  const { CI: _, PIP_FIND_LINKS: __, ...rest } = process.env;
  const merged = { ...rest, PIP_CONFIG_FILE: '/dev/null', NO_COLOR: '1', ...more };
  return Object.fromEntries(Object.entries(merged).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Starts `just` in a project, in a process group of its own. */
export function startJust(project: string, args: readonly string[], env: Record<string, string | undefined> = {}): Started {
  const child = spawn(process.execPath, [just, ...args], {
    cwd: project,
    env: cleanEnvironment(env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })));
  return { child, ended };
}

/** Runs `just` to its end. */
export function runJust(project: string, args: readonly string[], env: Record<string, string | undefined> = {}): Promise<Ended> {
  return startJust(project, args, env).ended;
}
