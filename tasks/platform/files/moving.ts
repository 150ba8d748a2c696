import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { codeOf } from '../../common/errors';
import { folderMode, narrow } from './private';

export const makeFolder = (folder: string): void => makeFolders(folder, folderMode(folder));

/**
 * Makes a folder and what is missing above it. Not by `recursive` of Node 20, which never returns where the folder above is there and
 * answers ENOENT (/proc does).
 */
export function makeFolders(folder: string, mode?: number): void {
  if (isMade(folder, mode)) return;
  const above = path.dirname(folder);
  if (!fs.existsSync(above)) makeFolders(above, mode);
  // What is above may have come from another process meanwhile; where it is there all the time, this says what is wrong.
  if (!isMade(folder, mode)) fs.mkdirSync(folder, { mode });
}

/** @returns false where something above it is missing */
function isMade(folder: string, mode: number | undefined): boolean {
  try {
    fs.mkdirSync(folder, { mode });
    return true;
  } catch (error) {
    if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return true;
    if (codeOf(error) !== 'ENOENT') throw error;
    return false;
  }
}

/**
 * A folder that nobody else can enter, made where it is missing.
 * @throws Error where it is a link or another user's: what lies in it could not be trusted
 */
export function makePrivateFolder(folder: string): void {
  makeFolders(path.dirname(folder));
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const entry = fs.lstatSync(folder);
  if (!entry.isDirectory() || entry.uid !== (process.getuid?.() ?? entry.uid)) throw new Error(`\`${folder}\` is not a folder of ours`);
  narrow(folder);
}

/** A new folder for what is needed for a moment; whoever makes it removes it. */
export const temporaryFolder = (prefix: string): string => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), prefix)));

/** A hard link; a symbolic one where the target is on another disk. */
export function link(target: string, file: string): void {
  makeFolders(path.dirname(file));
  try {
    fs.linkSync(target, file);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes(codeOf(error))) throw error;
    fs.symlinkSync(target, file);
  }
}

/**
 * The same tree a second time, its files as hard links: cheap, and what replaces a file on one side leaves the other alone.
 * @throws what the file system says, where it has no hard links or no room
 */
export function linkTree(from: string, to: string, skip: readonly string[] = []): void {
  makeFolders(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (skip.includes(entry.name)) continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
    else fs.linkSync(source, target);
  }
}

/** A rename; on another disk, and on the layers of a container image, where a folder cannot be renamed, a copy that takes its place. */
export function move(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    (require('fs-extra') as typeof import('fs-extra')).moveSync(from, to);
  }
}

/** A second file with the same bytes, which take no room of their own where the file system can share them. */
export const copy = (from: string, to: string): void => fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);

export const remove = (file: string): void => fs.rmSync(file, { recursive: true, force: true });
