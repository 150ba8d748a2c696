import { UserError } from '../../../common/errors';
import { shellWord } from '../../../common/format';
import type { Context } from '../../../engine/context';
import { type KeyFile, keyFile, unloaded } from '../../answers/ssh/key-file';
import type { SshTarget } from '../../answers/ssh/ssh-target';

/** A private key has a few kilobytes. */
const mostBytes = 100_000;

const kinds: Readonly<Record<KeyFile, (file: string) => [what: string, fix: string]>> = {
  public: (file) => [
    'is a public key, which is no secret and logs nobody in',
    file.endsWith('.pub') ? `name the private one: \`${file.replace(/\.pub$/, '')}\`` : 'name the private one, which lies beside it',
  ],
  putty: (file) => [
    "is a key in PuTTY's own form",
    `\`puttygen ${shellWord(file)} -O private-openssh -o ${shellWord(file.replace(/\.ppk$/, '') || 'key')}\` makes one that ssh reads (package putty-tools)`,
  ],
  empty: (file) => ['is empty', `put the private key into \`${file}\``],
  'windows-lines': (file) => ['has the line ends of Windows', `\`sed -i 's/\\r$//' ${shellWord(file)}\``],
  'byte-order-mark': (file) => ['begins with a byte order mark', `\`sed -i '1s/^\\xef\\xbb\\xbf//' ${shellWord(file)}\``],
  'no-last-newline': (file) => ['lacks the line break at its end', `\`echo >> ${shellWord(file)}\``],
  cut: (file) => ['is cut: its last line is missing', `copy the whole key into \`${file}\``],
  'no-key': (file) => ['is no private key that ssh can read', `\`ssh-keygen -y -f ${shellWord(file)}\` says more; copy the key anew`],
};

/**
 * Why a login failed where it is the key file: ssh says which one it cannot load, and of one with a passphrase ssh-keygen does,
 * since ssh itself is silent there.
 * @param text what ssh said
 * @returns `undefined` where each key that ssh tried can be used
 */
export async function keyFault({ host, root }: Context, target: SshTarget, text: string): Promise<UserError | undefined> {
  for (const file of unloaded(text)) {
    const { size } = host.files.stat(file) ?? {};
    if (size === undefined || size > mostBytes) continue;
    const [what, fix] = keyText(host, file);
    return refused(file, what, fix);
  }
  const ask = (command: string, args: readonly string[]) =>
    host.processes.ask(command, args, { cwd: root, program: 'ssh', timeoutMs: 5000, env: { LC_ALL: 'C', SSH_ASKPASS: undefined } });
  for (const file of target.identities) {
    if (!host.files.stat(file)?.isFile()) continue;
    const { stderr } = await ask('ssh-keygen', ['-y', '-P', '', '-f', file]);
    if (!/incorrect passphrase|bad passphrase/i.test(stderr)) continue;
    const [print, agent] = await Promise.all([ask('ssh-keygen', ['-lf', file]), ask('ssh-add', ['-l'])]);
    const fingerprint = /SHA256:\S+/.exec(print.stdout)?.[0];
    if (fingerprint && agent.stdout.includes(fingerprint)) continue;
    return refused(
      file,
      `has a passphrase, and ${agent.exitCode === 2 || agent.exitCode < 0 ? 'no agent runs' : 'the agent does not hold it'}`,
      `\`${agent.exitCode === 0 || agent.exitCode === 1 ? '' : 'eval "$(ssh-agent)" && '}ssh-add ${shellWord(file)}\`, then run the same command again`,
    );
  }
  return undefined;
}

function keyText({ files }: Context['host'], file: string): [what: string, fix: string] {
  try {
    return kinds[keyFile(files.readText(file) ?? '')](file);
  } catch {
    return ['cannot be read by this user', `\`ls -l ${shellWord(file)}\` shows whose it is; \`chown\` and \`chmod 600\` make it yours`];
  }
}

const refused = (file: string, what: string, fix: string): UserError =>
  new UserError({
    code: 'E_SSH_KEY',
    found: `the key \`${file}\` ${what}`,
    needed: 'a private key that ssh can use without a question',
    fix,
  });
