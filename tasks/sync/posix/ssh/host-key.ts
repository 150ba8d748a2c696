import type { Context } from '../../../engine/context';
import type { SshTarget } from '../../answers/ssh/ssh-target';

/** Asks ssh-keygen about one name in the files of known hosts, hashed names too. */
async function found({ host, root }: Context, files: readonly string[], keyName: string, more: readonly string[]): Promise<string> {
  const there = files.filter((file) => host.files.stat(file)?.isFile());
  const options = { cwd: root, program: 'ssh', timeoutMs: 5000, env: { LC_ALL: 'C' } } as const;
  const answers = await Promise.all(there.map((file) => host.processes.ask('ssh-keygen', [...more, '-F', keyName, '-f', file], options)));
  return answers.map(({ stdout }) => stdout).join('\n');
}

/** Whether a key of this host is known, to this user or to this machine. */
export const isHostKnown = async (context: Context, { keyName, knownHosts, globalKnownHosts }: SshTarget): Promise<boolean> =>
  (await found(context, [...knownHosts, ...globalKnownHosts], keyName, [])).trim() !== '';

/** The fingerprints of the keys that are kept of this host, as a provider shows them; '' where none are. */
export async function fingerprints(context: Context, { keyName, knownHosts }: SshTarget): Promise<string> {
  const text = await found(context, knownHosts, keyName, ['-l']);
  return [...new Set(text.match(/SHA256:[\w+/=]{20,64}/g) ?? [])].join(', ');
}
