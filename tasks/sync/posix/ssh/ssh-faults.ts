import { shellWord } from '../../../common/format';
import type { SshFault } from '../../answers/ssh/ssh-fault';
import type { SshTarget } from '../../answers/ssh/ssh-target';
import type { Remote } from '../../remotes/remote';

/** A fault as a person reads it. */
export interface ErrorText {
  code: string;
  found: string;
  needed?: string;
  fix: string;
}

/** What a fault of ssh's is told by: the remote of the settings, what ssh makes of it, and what ssh said. */
export interface SshSaid {
  remote: Remote;
  target: SshTarget;
  text: string;
}

/** The words behind `ssh` that log in by hand. */
export const loginWords = ({ sshConfig, identity, port, user, host }: Remote): string =>
  [
    ...(sshConfig ? ['-F', shellWord(sshConfig)] : []),
    ...(identity ? ['-i', shellWord(identity)] : []),
    ...(port ? ['-p', String(port)] : []),
    user ? `${user}@${host}` : host,
  ].join(' ');

/** `host` or `[host]:port`, as a person would say where something listens. */
const place = (host: string, port: number | string): string => `port ${port} of \`${host}\``;

/** Which machine ssh could not connect to: with jump hosts it need not be the remote. */
function dialled({ target, text }: SshSaid): { host: string; port: string; isJump: boolean } {
  const [, host = target.host, port = String(target.port)] =
    /connect to host (\S+) port (\d+)/.exec(text) ?? /(?:closed|reset) by (\S+) port (?!65535)(\d+)/.exec(text) ?? [];
  return { host, port, isJump: target.jump !== undefined && !(host === target.host && Number(port) === target.port) };
}

const newJump = ({ name }: Remote, jump: string): ErrorText => ({
  code: 'E_SSH_HOST_KEY',
  found: `the host key of \`${jump}\`, on the way to \`${name}\`, is not known yet`,
  needed: 'a key that you have verified: ssh would ask, and just-lora never prompts',
  fix: `\`ssh ${shellWord(jump)} true\` shows its fingerprint and asks; then run the same command again`,
});

/** Each fault as a person can fix it, with the host, the port, the user and the files that ssh really used. */
export const sshErrors: Readonly<Record<SshFault, (said: SshSaid) => ErrorText>> = {
  'host-key': ({ remote, target, text }) => {
    const name = /^Host key for (\S+) has changed/m.exec(text)?.[1] ?? target.keyName;
    const file = /^Offending .*key in (.+):\d+\s*$/m.exec(text)?.[1] ?? target.knownHosts[0];
    return {
      code: 'E_SSH_HOST_KEY',
      found: `the host key of ${name === target.keyName ? `\`${remote.name}\`` : `\`${name}\`, on the way to \`${remote.name}\`,`} is not the known one`,
      needed: 'the key that this machine has seen before, or one that you have verified',
      fix: `\`ssh-keygen ${file ? `-f ${shellWord(file)} ` : ''}-R ${shellWord(name)}\`, after you have compared the new key with the one that your provider shows`,
    };
  },
  'host-key-new': ({ remote, target, text }) => {
    const told = /host key is known for (\S+) and/.exec(text)?.[1];
    if (told === undefined && target.jump !== undefined) return newJump(remote, target.jump);
    const name = told ?? target.keyName;
    const [, host = name, port = '22'] = /^\[(.+)\]:(\d+)$/.exec(name) ?? [];
    const scan = `ssh-keyscan -p ${port} ${shellWord(host)}`;
    return {
      code: 'E_SSH_HOST_KEY',
      found: `the host key of \`${name}\` is not known yet, and the ssh configuration takes no new one (StrictHostKeyChecking)`,
      needed: `a key of \`${remote.name}\` that you have compared`,
      fix: `\`${scan} | ssh-keygen -lf -\` shows it; if it matches the one that your provider shows: \`${scan} >> ${shellWord(target.knownHosts[0] ?? '~/.ssh/known_hosts')}\``,
    };
  },
  login: (said) => {
    const { remote, target, text } = said;
    const [, user = target.user, host = target.host] = /^(\S+?)@(\S+): Permission denied/m.exec(text) ?? [];
    const isJump = target.jump !== undefined && host !== target.host;
    return {
      code: 'E_SSH_LOGIN',
      found: isJump
        ? `the jump host \`${host}\` does not accept the login of \`${user}\` on the way to \`${remote.name}\``
        : `\`${remote.name}\` (\`${target.host}\`, port ${target.port}) does not accept this login of \`${user}\``,
      needed: 'a key that the machine knows, without a prompt',
      fix: `\`ssh-copy-id ${isJump ? `${user}@${host}` : loginWords(remote)}\`\nfor a key with a passphrase: \`ssh-add\`\nwith another key: \`remotes.${remote.name}.identity\`, with another user \`remotes.${remote.name}.user\`, in ${remote.settingsFile}`,
    };
  },
  'many-keys': ({ remote }) => ({
    code: 'E_SSH_LOGIN',
    found: `\`${remote.name}\` ended the login after too many keys that it does not know`,
    needed: 'the one key that it knows, offered first',
    fix: `name it: \`remotes.${remote.name}.identity\` in ${remote.settingsFile}`,
  }),
  'key-mode': ({ remote, text }) => {
    const file =
      /^Permissions \d+ for '([^']+)' are too open/m.exec(text)?.[1] ?? /^Load key "([^"]+)"/m.exec(text)?.[1] ?? remote.identity;
    return {
      code: 'E_SSH_KEY_MODE',
      found: `others can read the private key${file ? ` \`${file}\`` : ''}, so ssh does not use it`,
      fix: file ? `\`chmod 600 ${shellWord(file)}\`` : '`chmod 600` the key that is named above',
    };
  },
  'unknown-host': ({ remote, text }) => ({
    code: 'E_SSH_HOST_UNKNOWN',
    found: `no machine is called \`${/resolve hostname ([^:\s]+)/.exec(text)?.[1] ?? remote.host}\``,
    fix: `correct \`remotes.${remote.name}.host\`\nif it is a short name: add it to the ssh configuration`,
  }),
  refused: (said) => {
    const { host, port, isJump } = dialled(said);
    const { name } = said.remote;
    return {
      code: 'E_SSH_REFUSED',
      found: `${isJump ? `the jump host on the way to \`${name}\`` : `\`${name}\``} refuses connections: nothing listens on ${place(host, port)}`,
      fix: `start the machine's ssh server\nif it listens on another port: correct ${isJump ? 'the ssh configuration' : `\`remotes.${name}.port\``}`,
    };
  },
  unreachable: (said) => {
    const { host, port, isJump } = dialled(said);
    return {
      code: 'E_SSH_UNREACHABLE',
      found: `${isJump ? `the jump host on the way to \`${said.remote.name}\`` : `\`${said.remote.name}\``} does not answer on ${place(host, port)}`,
      fix: 'start the machine, check the network or the VPN, then run the same command again',
    };
  },
  'ssh-config': ({ remote }) => ({
    code: 'E_SSH_CONFIG',
    found: 'ssh does not accept its configuration',
    fix: `correct ${remote.sshConfig ?? '~/.ssh/config'} where it is named above`,
  }),
  jump: ({ remote, target }) => ({
    code: 'E_SSH_JUMP',
    found: `the jump host \`${target.jump ?? ''}\` does not pass connections on to \`${remote.name}\``,
    needed: 'a jump host whose sshd has `AllowTcpForwarding yes`, and no `PermitOpen` that leaves this machine out',
    fix: "ask who runs it, or take another way to the machine: `ProxyJump` in the ssh configuration, or the provider's direct address as `host`",
  }),
  'behind-jump': ({ remote, target, text }) => ({
    code: 'E_SSH_UNREACHABLE',
    found: `the jump host \`${target.jump ?? ''}\` does not reach ${place(target.host, target.port)}: ${/open failed: connect failed: (.{1,100})/.exec(text)?.[1] ?? 'no answer'}`,
    needed: `\`${remote.name}\` running, under a name or an address that the jump host knows`,
    fix: `start the machine\nwhere the jump host knows it by another address: correct \`remotes.${remote.name}.host\`, or \`HostName\` in the ssh configuration`,
  }),
  algorithms: ({ remote, target, text }) => {
    const [, what = 'algorithm', offer = ''] = /no matching (.{1,40}?) found\. Their offer: (\S{1,300})/.exec(text) ?? [];
    const option =
      { 'key exchange method': 'KexAlgorithms', 'host key type': 'HostKeyAlgorithms', cipher: 'Ciphers', MAC: 'MACs' }[what] ?? 'Ciphers';
    const [first = ''] = offer.split(',');
    return {
      code: 'E_SSH_ALGORITHM',
      found: `this machine's ssh and that of \`${remote.name}\` have no ${what} in common; it offers ${offer || 'none that is known'}`,
      needed: 'an ssh server that is not older than this client by many years',
      fix: `bring the ssh server there up to date\nuntil then, for this machine alone: \`Host ${target.host}\` with \`${option} +${first}\` in the ssh configuration`,
    };
  },
  account: ({ remote, target, text }) => ({
    code: 'E_SSH_ACCOUNT',
    found: `\`${remote.name}\` knows the key of \`${target.user}\` and lets the account in for nothing: ${/^.*(?:expired|locked|no active jobs|booting up|going down|Access denied).*$/im.exec(text)?.[0]?.trim().slice(0, 200) ?? 'it ends the login'}`,
    needed: 'an account that may log in now',
    fix: `ask who runs it\nwith another account: \`remotes.${remote.name}.user\``,
  }),
  busy: (said) => {
    const { remote, target } = said;
    return {
      code: 'E_SSH_CLOSED',
      found: `${target.jump ? `the way to \`${remote.name}\` through \`${target.jump}\`` : place(target.host, target.port)} closes the connection before it says who it is`,
      needed: 'an ssh server with room for one more login (`MaxStartups`), that has not locked this address out (fail2ban)',
      fix: `wait a minute, then run the same command again\nif that does not help: look at the log of sshd there, and check whether ${place(target.host, target.port)} is ssh's`,
    };
  },
  'not-ssh': (said) => {
    const { host, port } = dialled(said);
    return {
      code: 'E_SSH_CLOSED',
      found: `what listens on ${place(host, port)} is no ssh server`,
      needed: "the port of the machine's ssh server",
      fix: `correct \`remotes.${said.remote.name}.port\``,
    };
  },
  'no-commands': ({ remote }) => ({
    code: 'E_REMOTE_PROXY',
    found: `the way to \`${remote.name}\` lets one log in and runs no commands`,
    needed: 'an ssh server of the machine itself: rsync and scp are commands that it runs',
    fix: `use the provider's direct address (RunPod: "SSH over exposed TCP"): its host and port as \`remotes.${remote.name}.host\` and \`.port\``,
  }),
};
