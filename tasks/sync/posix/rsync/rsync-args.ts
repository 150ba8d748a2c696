import { isAtLeast } from '../../../common/dotted';
import { rsyncSince } from '../../../knowledge/tool-versions';
import type { RelativeName } from '../../../untrusted/names';
import { itemFormat, type RsyncVersion } from '../../answers/rsync-output';
import type { Filters } from '../../compare/filters';
import { type Direction, ownExcludes } from '../../compare/folders';
import type { Ssh } from '../ssh/connection';

/** Which files of a folder travel, with the anchored patterns of the folder itself. */
interface FolderFilters extends Filters {
  own: readonly string[];
}

export interface RsyncCall {
  here: RsyncVersion;
  there: RsyncVersion;
  direction: Direction;
  /** `undefined` where both ends are this machine. */
  ssh: Pick<Ssh, 'options' | 'host'> | undefined;
  filters: FolderFilters;
  /** Only look: what would be done. */
  dryRun: boolean;
  /** Say what the source does not have. Nothing is deleted by rsync itself. */
  listDeletions: boolean;
  checksum: boolean;
  /**
   * What becomes of links: `inside` leaves out those that lead out of the folder, `none` all; of those that lead out `content` sends
   * what they lead to, of every one `follow` does. By default they travel as they are.
   */
  links?: 'all' | 'inside' | 'none' | 'content' | 'follow';
  compress: boolean;
  /**
   * These alone, all of them new, folders without what is in them: their names are read from stdin, a zero byte behind each. By default
   * all that differ.
   */
  listed?: boolean;
  /** A push leaves what is newer there by now as it is. */
  keepNewer?: boolean;
  timeoutSeconds: number;
  /** A folder that files need not be fetched from again, absolute. */
  compareWith?: string;
  from: string;
  to: string;
}

/**
 * The arguments of one rsync. Never `-a` (owners cannot be set on rented machines), never `--append` (corrupt
 * or skipped files at exit code 0). On a push readers see old files until all have arrived.
 */
export function rsyncArgs(call: RsyncCall): string[] {
  const { here, there, direction, ssh, filters, dryRun } = call;
  const gnu = here.flavour === 'gnu';
  return [
    // A folder on a list comes without what is in it (rsync(1): --files-from implies --dirs), unless there is an -r.
    `-${[call.listed ? '' : 'r', call.links === 'none' ? '' : 'l', 't'].join('')}`,
    ...(gnu && call.links === 'inside' ? ['--safe-links'] : []),
    ...(call.links === 'content' ? ['--copy-unsafe-links'] : call.links === 'follow' ? ['--copy-links'] : []),
    '--no-owner',
    '--no-group',
    ...(gnu ? ['--omit-dir-times'] : []),
    // A look does without: rsync would ask for a part of each file, which is half of the time where nothing changed.
    ...(dryRun ? [] : ['--partial-dir=.rsync-partial', ...(direction === 'push' && !call.listed ? ['--delay-updates'] : [])]),
    ...(call.listed ? ['--files-from=-', '--from0', '--no-implied-dirs', ...(direction === 'push' ? ['--ignore-existing'] : [])] : []),
    ...(call.keepNewer && direction === 'push' && !dryRun ? ['--update'] : []),
    ...(call.compareWith ? [`--compare-dest=${call.compareWith}`] : []),
    ...(ssh ? [`--timeout=${call.timeoutSeconds}`, '-e', remoteShell(ssh)] : []),
    ...(call.checksum ? ['--checksum'] : []),
    ...(call.compress && ssh && knowsZstd(here) && knowsZstd(there) ? ['-z', '--zc=zstd', '--zl=1'] : []),
    ...(dryRun
      ? ['-n', ...(gnu ? ['--debug=FILTER1'] : []), ...(call.listDeletions ? ['--delete'] : []), `--out-format=${itemFormat[here.flavour]}`]
      : ['--stats', ...(gnu ? ['--info=progress2', '--outbuf=N'] : ['--progress'])]),
    ...filterArgs(filters, here),
    '--',
    call.from,
    call.to,
  ];
}

/** A name as `--files-from --from0` takes it: one that begins like a comment is left out there, without a word, also behind zero bytes. */
export const listedName = (name: RelativeName): string => `${/^[#;]/.test(name) ? './' : ''}${name}\0`;

const knowsZstd = ({ flavour, version }: RsyncVersion): boolean => flavour === 'gnu' && isAtLeast(version, rsyncSince.zstd);

/** The patterns as rsync takes them: a file that is included is not left out by an exclude behind it. */
function filterArgs({ own, include, exclude }: FolderFilters, here: RsyncVersion): string[] {
  const onlyIncluded = include.length > 0 && exclude.length === 0;
  return [
    ...[...ownExcludes, ...own].map((pattern) => `--exclude=${pattern}`),
    ...(onlyIncluded ? ['--include=*/'] : []),
    ...include.map((pattern) => filterArg('include', pattern)),
    ...exclude.map((pattern) => filterArg('exclude', pattern)),
    ...(onlyIncluded ? ['--exclude=*', ...(here.flavour === 'openrsync' ? [] : ['--prune-empty-dirs'])] : []),
  ];
}

/** In `--exclude` rsync takes `!` for "forget all patterns", and `+ ` or `- ` in front for the kind of the pattern; in a rule they are letters of it. */
const filterArg = (kind: 'include' | 'exclude', pattern: string): string =>
  /^(?:!$|[+-] )/.test(pattern) ? `--filter=${kind === 'include' ? '+' : '-'} ${pattern}` : `--${kind}=${pattern}`;

/** rsync splits this at blanks and understands quotes. */
function remoteShell({ options }: Pick<Ssh, 'options'>): string {
  return ['ssh', '-T', ...options].map((word) => (/[\s'"]/.test(word) ? `"${word}"` : word)).join(' ');
}
