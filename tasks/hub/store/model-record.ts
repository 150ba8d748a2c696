import type { Host } from '../../platform';
import { recordFile } from './layout';

/** Our own record of a folder: what was asked for, and which files of the tree belong to it. */
export interface ModelRecord {
  repo: string;
  revision: string;
  commit: string;
  files: string[];
}

/** What we recorded of a folder; `undefined` where nothing was, or nothing that is readable. */
export function readRecord(host: Host, folder: string): ModelRecord | undefined {
  try {
    const record = JSON.parse(host.files.readText(recordFile(folder)) ?? '') as ModelRecord;
    return typeof record.commit === 'string' && Array.isArray(record.files) ? record : undefined;
  } catch {
    return undefined;
  }
}

export const writeRecord = (host: Host, folder: string, record: ModelRecord): void =>
  host.files.writeText(recordFile(folder), `${JSON.stringify(record, null, 2)}\n`);
