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
  /** All of it came, with other bytes than the commit has. */
  isWrong: boolean;
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
    ...(name.startsWith(`${wrong}/`) ? { of: wrongOf(name), isWrong: true } : { of: ofWhat(host, folder, name), isWrong: false }),
    // Bytes on the disk: a partial file has holes.
    bytes: (shared.lstat(folder, name)?.blocks ?? 0) * 512,
  }));
}

/** The journals first: a partial without one counts for nothing. What another user does not let us remove stays. */
export function removeLeftovers({ shared }: Host, folder: string, leftovers: readonly Leftover[]): void {
  for (const { name } of [...leftovers].sort((a, b) => b.name.length - a.name.length)) shared.permitted(() => shared.remove(folder, name));
}

/** By its name, which ends with the beginning of the hash that it has. */
function wrongOf(name: string): string | undefined {
  const of = name.slice(wrong.length + 1).replace(/\.[0-9a-f]{12}$/, '');
  return modelFileFault(of) === undefined ? of : undefined;
}

function ofWhat({ shared }: Host, folder: string, name: string): string | undefined {
  const journal = shared.read(folder, journalName(name.replace(/\.ranges(\.tmp-\d+)?$/, '')), mostOfJournal);
  const said = journal && parseHead(journal.text)?.path;
  return said !== undefined && modelFileFault(said) === undefined ? said : undefined;
}
