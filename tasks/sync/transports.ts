import type { Context } from '../core/context';
import type { Direction } from './folders';
import type { There } from './preflight';
import type { Filters } from './rsync-args';
import type { Transport } from './transport';

/** Who moves the bytes for a remote: each kind is one file, and is named here. */
export function transportFor(
  context: Context,
  there: There,
  direction: Direction,
  filters: Pick<Filters, 'include' | 'exclude'>,
): Transport {
  if (there.transfer === 'rclone')
    return (require('./rclone') as typeof import('./rclone')).rcloneTransport(context, there, direction, filters);
  if (there.transfer === 'scp') return (require('./scp') as typeof import('./scp')).scpTransport(context, there, direction, filters);
  return (require('./rsync') as typeof import('./rsync')).rsyncTransport(context, there, direction, filters);
}
