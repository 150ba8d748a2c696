import type { Host } from '../../../platform';
import { originalOf } from '../../folder/old-keys';
import type { Expected } from '../expected';
import { hashContent } from '../sidecar-files';

/** Whether a recorded file is what `--fix-config` made of the one of the commit, which lies beside it with the right hash. */
export function isFixed(host: Host, folder: string, { path: name, hash }: Expected): boolean {
  const original = hash ? originalOf(host, folder, name) : undefined;
  return hash !== undefined && original !== undefined && hashContent(original, hash) === hash.hex;
}
