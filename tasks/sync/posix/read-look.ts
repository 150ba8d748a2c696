import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { RunResult } from '../../platform/processes/run';
import { heard, refusePart } from '../answers/answer';
import type { Remote } from '../remotes/remote';
import { remoteFault } from './faults';
import { readBefore } from './scripts/project-script';
import type { Ssh } from './ssh/connection';
import { loginFault } from './ssh/login-fault';
import { inStartupFile } from './startup-file';

/**
 * What the first look at a machine printed between its marks, where every fault of the way to it shows.
 * @param parse of one character a byte; `undefined` where the marks are missing
 * @throws UserError where it did not come to its end, or something else prints too
 */
export async function readLook<Looked extends { noisy: boolean; loginShell?: string }>(
  context: Context,
  remote: Remote,
  ssh: Ssh | undefined,
  answer: RunResult,
  parse: (text: string) => Looked | undefined,
): Promise<Looked> {
  const { exitCode, stdout, stderr, tail, timedOut, cut } = answer;
  refusePart(remote, { cut, timedOut: false });
  if (readBefore(answer)) throw readByStartup(remote);
  const looked = heard(remote, () => parse(stdout));
  if (!looked) {
    if (ssh) throw await loginFault(context, remote, ssh, answer);
    throw remoteFault({ remote }, timedOut || exitCode === 0 ? 255 : exitCode, timedOut ? 'Connection timed out' : tail);
  }
  if (ssh && looked.loginShell) ssh.loginShell = looked.loginShell;
  if (looked.noisy && ssh)
    throw remoteFault({ remote, ssh }, 2, `is your shell clean?\n${stdout.slice(0, stdout.indexOf('just-lora-begin')).trim()}`);
  for (const line of stderr.split('\n')) if (line.trim() !== '') ssh?.noise.add(line.trim());
  return looked;
}

const readByStartup = ({ name }: Remote): UserError =>
  new UserError({
    code: 'E_REMOTE_SHELL',
    found: `a startup file of the login shell of \`${name}\` reads what is sent to our commands`,
    needed: 'startup files that read nothing where no terminal is',
    fix: `look for \`read\`, \`cat\` or a program that reads, and move it behind a test for an interactive shell ${inStartupFile(undefined)}`,
  });
