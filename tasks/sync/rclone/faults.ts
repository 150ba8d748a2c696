import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import { lastLines } from '../../untrusted/text';
import { changingFiles, rcloneFault } from '../answers/rclone-output';
import { remoteAddress } from '../remotes/address';
import type { Remote } from '../remotes/remote';

/** Why rclone failed, as a person can fix it. @param text the errors of its log */
export function rcloneError(remote: Remote, text: string): UserError {
  const at = remoteAddress(remote);
  const tail = lastLines(text, 5);
  const changing = changingFiles(text);
  const tellers: Record<ReturnType<typeof rcloneFault>, [code: string, found: string, fix: string]> = {
    changing: [
      'E_CHANGED_WHILE_SENT',
      `files changed while they were sent${changing.length > 0 ? `: ${some(changing.map((name) => `\`${name}\``))}` : ''}`,
      'let the writer finish, then run the same command again',
    ],
    'no-remote': [
      'E_RCLONE_REMOTE',
      `rclone knows no remote \`${remote.host || remote.path.split(':')[0]}\``,
      '`rclone config` makes one\nfrom the environment: `RCLONE_CONFIG_NAME_TYPE` and so on',
    ],
    login: [
      'E_RCLONE_LOGIN',
      `\`${at}\` does not accept these credentials`,
      '`rclone config reconnect NAME:`\nfrom the environment: `RCLONE_CONFIG_NAME_…` with the right ones',
    ],
    'no-bucket': ['E_RCLONE_BUCKET', `there is no bucket for \`${at}\``, `make it\nor correct \`remotes.${remote.name}.path\``],
    missing: ['E_SOURCE_MISSING', `\`${at}\` does not have it`, `look with \`npx just sync:status --remote=${remote.name}\``],
    full: ['E_REMOTE_FULL', `\`${at}\` has no space left`, 'free some, then run the same command again'],
    'read-only': [
      'E_REMOTE_READ_ONLY',
      `\`${at}\` takes no files: rclone can only read it`,
      `set another \`remotes.${remote.name}\` to push to`,
    ],
    unreachable: [
      'E_RCLONE_UNREACHABLE',
      `\`${at}\` does not answer`,
      'check the network and the endpoint, then run the same command again',
    ],
    other: ['E_RCLONE', `rclone failed with \`${at}\``, 'run the same command with `--verbose`'],
  };
  const [code, found, fix] = tellers[rcloneFault(text)];
  return new UserError({ code, found, fix, ...(tail ? { tail } : {}) });
}
