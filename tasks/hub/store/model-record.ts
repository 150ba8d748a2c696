import type { Host } from '../../platform';
import { type Commit, isCommitHash } from '../../untrusted/hashes';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { modelFileFault } from '../../untrusted/names';
import { repositoryId } from '../model/repository-id';
import { recordName } from './layout';

/** Our own record of a folder: what was asked for, and which files of the tree belong to it. */
export interface ModelRecord {
  repo: string;
  revision: string;
  commit: Commit;
  files: readonly string[];
}

/** A record, and whether another user may have written it. */
export interface FoundRecord extends ModelRecord {
  isForeign: boolean;
}

const mostOfRecord = 64_000_000;
/** A branch, a tag, a commit: no blank and no control (git-check-ref-format). */
const reference = /^[^\s\p{C}]{1,255}$/u;

/** The text of a record; `undefined` where it is none. */
export function parseModelRecord(text: string): ModelRecord | undefined {
  const { repo, revision, commit, files } = fieldsOf(tryParse(text, mostOfRecord)) ?? {};
  if (typeof repo !== 'string' || !repositoryId.test(repo) || typeof revision !== 'string' || !reference.test(revision)) return undefined;
  if (!isCommitHash(commit) || !Array.isArray(files)) return undefined;
  return files.every((name) => typeof name === 'string' && modelFileFault(name) === undefined)
    ? { repo, revision, commit, files }
    : undefined;
}

/** What was recorded of a folder, whoever did; `undefined` where nothing was, or nothing that is readable. @throws UserError E_UNSAFE_PATH */
export function readModelRecord({ shared }: Host, folder: string): FoundRecord | undefined {
  const found = shared.read(folder, recordName, mostOfRecord);
  const record = found && parseModelRecord(found.text);
  return record && { ...record, isForeign: shared.writerOf(found.stat) === 'other' };
}

const textOf = ({ repo, revision, commit, files }: ModelRecord): string =>
  `${JSON.stringify({ repo, revision, commit, files: [...files].sort() }, null, 2)}\n`;

/** A record that says the same stays, whoever wrote it and in whatever order: the folder may be one that is only read. @throws UserError E_UNSAFE_PATH */
export function writeModelRecord({ shared }: Host, folder: string, record: ModelRecord): void {
  const text = textOf(record);
  const there = parseModelRecord(shared.read(folder, recordName, mostOfRecord)?.text ?? '');
  if (!there || textOf(there) !== text) shared.write(folder, recordName, text, true);
}
