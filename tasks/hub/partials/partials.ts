import * as path from 'node:path';
import type { Host } from '../../platform';
import { modelFileFault } from '../../untrusted/names';
import { downloads, wrong } from '../store/layout';
import { mostOfJournal, parseHead } from './journal';
import { journalName } from './partial';

/** What an interrupted download has left. */
export interface Leftover {
  /** Absolute. */
  file: string;
  /** Relative to the model's folder. */
  name: string;
  /** The file of the model that it was to become, where that is known. */
  of: string | undefined;
  bytes: number;
}

/**
 * Every partial file in a model's folder: ours with their journals, hf's, and wrong files that were kept aside.
 * @throws UserError E_UNSAFE_PATH where a link would have another folder looked through
 */
export function leftoversIn(host: Host, folder: string): Leftover[] {
  const { shared } = host;
  const partials = shared.list(folder, downloads).filter((name) => /\.(partial|incomplete)$|\.partial\.ranges(\.tmp-\d+)?$/.test(name));
  return [...partials, ...shared.list(folder, wrong)].map((name) => ({
    file: path.join(folder, name),
    name,
    of: name.startsWith(`${wrong}/`) ? undefined : ofWhat(host, folder, name),
    // Bytes on the disk: a partial file has holes.
    bytes: (shared.lstat(folder, name)?.blocks ?? 0) * 512,
  }));
}

/** The journals first: a partial without one counts for nothing. What another user does not let us remove stays. */
export function removeLeftovers({ shared }: Host, folder: string, leftovers: readonly Leftover[]): void {
  for (const { name } of [...leftovers].sort((a, b) => b.name.length - a.name.length)) shared.permitted(() => shared.remove(folder, name));
}

function ofWhat({ shared }: Host, folder: string, name: string): string | undefined {
  const journal = shared.read(folder, journalName(name.replace(/\.ranges(\.tmp-\d+)?$/, '')), mostOfJournal);
  const said = journal && parseHead(journal.text)?.path;
  return said !== undefined && modelFileFault(said) === undefined ? said : undefined;
}
