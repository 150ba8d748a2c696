import type { Context } from '../core/context';
import type { Direction } from './folders';
import type { There } from './preflight';
import { rsyncTransport } from './rsync';
import type { Filters } from './rsync-args';
import type { Transport } from './transport';

/** Who moves the bytes for a remote: each kind is one file, and is named here. */
export function transportFor(
  context: Context,
  there: There,
  direction: Direction,
  filters: Pick<Filters, 'include' | 'exclude'>,
): Transport {
  return rsyncTransport(context, there, direction, filters);
}
