import type { LockPlace } from '../../engine/lock/lock-file';

/**
 * Where a model's folder keeps what is not the model, relative to it: the layout of `hf download --local-dir`
 * (huggingface_hub, `_local_folder.py`), and beside it what is ours. Others may write there too: see `platform/files/shared.ts`.
 */
export const hfCache = '.cache/huggingface';
export const downloads = `${hfCache}/download`;
export const trees = `${hfCache}/trees`;
export const ownCache = '.cache/just-lora';
/** What a download of ours wrote and is no model's: wrong bytes, and what stood in a file's place. */
export const [wrong, replaced] = [`${ownCache}/wrong`, `${ownCache}/replaced`];

export const metadataName = (file: string): string => `${downloads}/${file}.metadata`;
export const treeName = (commit: string): string => `${trees}/${commit}.json`;
/** What was asked for and which files of the tree belong to it. */
export const recordName = `${ownCache}/model.json`;
export const stampName = (file: string): string => `${ownCache}/stamps/${file}.json`;
export const blockHashesName = (file: string): string => `${ownCache}/marks/${file}.json`;
/** Held while a run changes the folder: other projects, users and machines may share it. */
export const lockFile = (folder: string): LockPlace => ({ folder, name: `${ownCache}/lock.json` });
