import type { UserError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import type { RunResult } from '../../../platform/processes/run';
import { noShell } from '../../answers/ssh/no-shell';
import { sshFault } from '../../answers/ssh/ssh-fault';
import type { Remote } from '../../remotes/remote';
import { remoteFault } from '../faults';
import type { Ssh } from './connection';
import { keyFault } from './key-fault';
import { noShellFault } from './no-shell-faults';
import { askAnew } from './ssh';

/**
 * Why a look by ssh did not come to its end. Exit code 255 is ssh's own, and its words count; any other is that of what ran
 * there instead of our command. Where ssh's words explain nothing it is asked once more, alone: a shared connection hides
 * what a jump host says, and the level of its log what the account's own rules say.
 */
export async function loginFault(context: Context, remote: Remote, ssh: Ssh, answer: RunResult): Promise<UserError> {
  const { exitCode, stdout, stderr, tail, timedOut } = answer;
  const said = [stderr, stdout]
    .map((text) => text.trim())
    .filter(Boolean)
    .join('\n');
  if (timedOut) return remoteFault({ remote, ssh }, 255, 'Connection timed out');
  if (exitCode < 0) return remoteFault({ remote, ssh }, exitCode, tail);
  if (exitCode !== 255) return noShellFault(remote, exitCode, said);
  const text = await explained(context, ssh, stderr);
  const fault = sshFault(text);
  if (fault === 'login' || fault === 'key-mode') {
    const key = fault === 'login' ? await keyFault(context, ssh.target, text) : undefined;
    if (key) return key;
  }
  if (fault === undefined && !['silent', 'other'].includes(noShell(said))) return noShellFault(remote, exitCode, said);
  return remoteFault({ remote, ssh }, 255, text);
}

/** What ssh said, or says when it is asked once more where that explains nothing. */
async function explained(context: Context, ssh: Ssh, first: string): Promise<string> {
  if (!isUnclear(first)) return first;
  const again = await askAnew(context, ssh, 'ERROR');
  if (again.exitCode === 0) return first;
  const text = again.stderr.trim() === '' ? first : again.stderr;
  if (!isUnclear(text)) return text;
  // A banner is in it, too. What is said at this level alone is why the server closes: by the account, or before any banner.
  const { stderr } = await askAnew(context, ssh, 'INFO');
  return ['account', 'algorithms'].includes(sshFault(stderr) ?? '') ? stderr : text;
}

const isUnclear = (text: string): boolean => [undefined, 'busy'].includes(sshFault(text));
