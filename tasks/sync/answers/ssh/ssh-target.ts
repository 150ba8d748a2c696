import { parseSshConfig } from './ssh-config';

/** What ssh really uses for a remote, as `ssh -G` tells it: its configuration may say another host, port, user or file than the settings do. */
export interface SshTarget {
  host: string;
  port: number;
  user: string;
  /** The name that its key is kept under in `known_hosts`. */
  keyName: string;
  knownHosts: string[];
  /** Those of the machine, for all users. */
  globalKnownHosts: string[];
  /** Private keys that ssh tries; those of its defaults need not be there. */
  identities: string[];
  /** What is between: the jump hosts, or the ProxyCommand. */
  jump: string | undefined;
}

const isKept = (file: string): boolean => file !== '/dev/null' && file !== 'none';

/**
 * @param text what `ssh -G` printed
 * @param home for `~` in names of files
 */
export function sshTarget(text: string, home: string | undefined): SshTarget {
  const options = parseSshConfig(text);
  const first = (name: string): string | undefined => {
    const value = options.get(name)?.[0];
    return value === undefined || value === 'none' || value === '' ? undefined : value;
  };
  const files = (name: string) =>
    (options.get(name) ?? [])
      .flatMap((line) => line.match(/"[^"]*"|\S+/g) ?? [])
      .map((file) => file.replace(/^"|"$/g, '').replace(/^~(?=\/)/, home ?? '~'));
  const [host, port] = [first('hostname') ?? '', Number(first('port') ?? 22)];
  return {
    host,
    port,
    user: first('user') ?? '',
    keyName: first('hostkeyalias') ?? (port === 22 ? host : `[${host}]:${port}`),
    knownHosts: files('userknownhostsfile').filter(isKept),
    globalKnownHosts: files('globalknownhostsfile').filter(isKept),
    // One path a line, which may have blanks in it.
    identities: (options.get('identityfile') ?? []).map((file) => file.replace(/^"|"$/g, '').replace(/^~(?=\/)/, home ?? '~')),
    jump: first('proxyjump') ?? first('proxycommand'),
  };
}
