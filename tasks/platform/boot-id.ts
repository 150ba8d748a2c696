import * as os from 'node:os';
import type { Host } from './index';

/** Names one boot of the machine, '' where it cannot be told. Linux: random(4), `boot_id`. */
export const bootId = ({ platform, files }: Pick<Host, 'platform'> & { files: Pick<Host['files'], 'readText'> }): string =>
  platform === 'linux' ? (files.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '') : '';

/** Whether a time lies before this boot: what was written by then is on the disk. */
export const isBeforeBoot = (host: Host, timeMs: number): boolean => timeMs < host.now().getTime() - os.uptime() * 1000 - 1000;
