import * as os from 'node:os';
import type { Host } from '../../core/host';

/** Names one boot of the machine, '' where it cannot be told. Linux: random(4), `boot_id`. */
export const bootOf = (host: Host): string =>
  host.platform === 'linux' ? (host.files.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '') : '';

/** Whether a time lies before this boot: what was written by then is on the disk. */
export const isBeforeBoot = (host: Host, timeMs: number): boolean => timeMs < host.now().getTime() - os.uptime() * 1000 - 1000;
