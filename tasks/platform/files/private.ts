import * as fs from 'node:fs';
import * as path from 'node:path';
import { walk } from './walk';

/** Our own folder in a project. What lies in it is for its owner alone, whatever the umask: it tells of the machine and of remotes. */
export const stateFolder = '.just-lora';

const isPrivate = (file: string): boolean => path.resolve(file).split(path.sep).includes(stateFolder);

/** The mode that a new file gets before the umask takes of it. */
export const fileMode = (file: string): number => (isPrivate(file) ? 0o600 : 0o666);
/** The mode that a new folder gets before the umask takes of it. */
export const folderMode = (folder: string): number => (isPrivate(folder) ? 0o700 : 0o777);

/** Takes a folder away from everybody else, where it is ours. Links are followed. */
export function narrow(folder: string): void {
  const { uid, mode } = fs.statSync(folder);
  if (uid === process.getuid?.() && (mode & 0o077) !== 0) fs.chmodSync(folder, 0o700);
}

/**
 * Gives the files below a folder the mode that a new file has there by the umask, where theirs is narrower: safetensors writes for the
 * owner alone. Never wider, and links are left alone.
 */
export function widen(folder: string): void {
  const probe = path.join(folder, `.mode-${process.pid}`);
  fs.closeSync(fs.openSync(probe, 'wx', 0o666));
  const usual = fs.statSync(probe).mode & 0o666;
  fs.rmSync(probe);
  for (const { name, kind } of walk(folder, 'utf8')) {
    if (kind !== 'file') continue;
    const file = path.join(folder, name);
    const entry = fs.lstatSync(file);
    if (entry.isFile() && (entry.mode & usual) !== usual) fs.chmodSync(file, (entry.mode & 0o777) | usual);
  }
}
