import * as path from 'node:path';
import type { LockPlace } from '../../engine/lock/lock-file';

/**
 * Where a model's folder keeps what is not the model: the layout of `hf download --local-dir`
 * (huggingface_hub, `_local_folder.py`), and beside it one file of ours.
 */
export const cacheFolder = (folder: string): string => path.join(folder, '.cache', 'huggingface');
export const downloadFolder = (folder: string): string => path.join(cacheFolder(folder), 'download');
export const metadataFile = (folder: string, file: string): string => path.join(downloadFolder(folder), `${file}.metadata`);
export const treesFolder = (folder: string): string => path.join(cacheFolder(folder), 'trees');
export const treeFile = (folder: string, commit: string): string => path.join(treesFolder(folder), `${commit}.json`);
/** What was asked for and which files of the tree belong to it. */
export const recordFile = (folder: string): string => path.join(folder, '.cache', 'just-lora', 'model.json');
/** Held while a run changes the folder: other projects, users and machines may share it. */
export const lockFile = (folder: string): LockPlace => ({ folder, name: '.cache/just-lora/lock.json' });
