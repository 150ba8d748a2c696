import { bothEnds } from './both-ends';

/** Why a transfer failed, as one word; texts are those of OpenSSH 8 to 10, GNU rsync, openrsync, scp and rclone. */
export type TransferFault =
  | 'host-key'
  | 'login'
  | 'key-mode'
  | 'unknown-host'
  | 'refused'
  | 'unreachable'
  | 'ssh-config'
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
  ['host-key', /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|host key is known for/i],
  ['key-mode', /UNPROTECTED PRIVATE KEY FILE|bad permissions/i],
  [
    'login',
    /Permission denied \((publickey|password|keyboard|gssapi|hostbased)|Too many authentication failures|no mutual signature|Permission denied, please try again/i,
  ],
  ['ssh-config', /Bad configuration option|Bad owner or permissions on|terminating, \d+ bad configuration|^command-line: line/im],
  ['unknown-host', /Could not resolve hostname|Name or service not known|nodename nor servname/i],
  ['full', /No space left on device|Disk quota exceeded|disk full/i],
  ['read-only', /Read-only file system/i],
  ['no-folder', /File exists|Not a directory|Is a directory/i],
  ['refused', /Connection refused/i],
  ['unreachable', /timed out|No route to host|Network is unreachable|Host is down/i],
  ['no-rsync', /rsync: (command )?not found|rsync: No such file|command not found.*rsync|not found: rsync|rsync: inaccessible/i],
  ['rsync-options', /unrecognized option|unknown option|invalid option|--\S+: unknown/i],
  ['noise', /is your shell clean|protocol version mismatch/i],
  ['link', /lost connection|Connection (closed|reset)|Broken pipe|client_loop/i],
  ['denied', /Permission denied|Operation not permitted/i],
];

/** What failed: by its text first, since the codes 12, 127 and 255 race for the same fault, then by its exit code. */
export function transferFault(exitCode: number, text: string): TransferFault {
  const told = bothEnds(text);
  const found = texts.find(([, pattern]) => pattern.test(told))?.[0];
  if (found) return found;
  if (exitCode === 127) return 'no-rsync';
  if ([10, 12, 30, 35, 255, -1].includes(exitCode)) return 'link';
  if (exitCode === 24) return 'vanished';
  return exitCode === 23 ? 'partial' : 'other';
}

/** What trying again may mend: a link that broke, by rsync's codes 10, 12, 30, 35 and ssh's 255. */
export const mayRetry = (fault: TransferFault): boolean => fault === 'link' || fault === 'refused' || fault === 'unreachable';
