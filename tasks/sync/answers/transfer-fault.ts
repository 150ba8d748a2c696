import { bothEnds } from './both-ends';
import { type SshFault, sshFault } from './ssh/ssh-fault';

/** Why a transfer failed, as one word; texts are those of GNU rsync, openrsync and scp, behind those of ssh. */
export type TransferFault =
  | SshFault
  | 'no-rsync'
  | 'rsync-options'
  | 'full'
  | 'read-only'
  | 'no-folder'
  | 'denied'
  | 'noise'
  | 'link'
  | 'partial'
  | 'vanished'
  | 'other';

const texts: readonly (readonly [TransferFault, RegExp])[] = [
  ['full', /No space left on device|Disk quota exceeded|disk full/i],
  ['read-only', /Read-only file system/i],
  ['no-folder', /File exists|Not a directory|Is a directory/i],
  ['no-rsync', /rsync: (command )?not found|rsync: No such file|command not found.*rsync|not found: rsync|rsync: inaccessible/i],
  ['rsync-options', /(?:rsync|remote machine)\b.*(?:unrecognized|unknown|invalid) option/i],
  ['noise', /is your shell clean|protocol version mismatch/i],
  ['link', /lost connection|Connection (closed|reset)|Broken pipe|client_loop/i],
  ['denied', /Permission denied|Operation not permitted/i],
];

/** What failed: by its text first, since the codes 12, 127 and 255 race for the same fault, then by its exit code. */
export function transferFault(exitCode: number, text: string): TransferFault {
  const told = bothEnds(text);
  const found = sshFault(told) ?? texts.find(([, pattern]) => pattern.test(told))?.[0];
  if (found) return found;
  if (exitCode === 127) return 'no-rsync';
  if ([10, 12, 30, 35, 255, -1].includes(exitCode)) return 'link';
  if (exitCode === 24) return 'vanished';
  return exitCode === 23 ? 'partial' : 'other';
}

/** What trying again may mend: a link that broke, by rsync's codes 10, 12, 30, 35 and ssh's 255. */
export const mayRetry = (fault: TransferFault): boolean => ['link', 'refused', 'unreachable', 'busy'].includes(fault);
