import type { RemoteEntry } from '../configuration/remotes';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { absolute } from '../core/paths';
import { nearest } from '../parse/nearest';
import { kindNamed } from './kind';

/** Where data goes and adapters come from, judged: nothing of it can be taken for an option or reach a shell. */
export interface Remote {
  name: string;
  type: RemoteEntry['type'];
  /** ssh: host or alias; rclone: the name of its remote, '' where `path` has it. */
  host: string;
  user: string | undefined;
  port: number | undefined;
  /** The project's folder there, as the settings write it. */
  path: string;
  identity: string | undefined;
  sshConfig: string | undefined;
  transfer: 'rsync' | 'scp' | 'auto';
}

/** Recognised as not filled in. */
const placeholder = /TODO|<[^>]*>|^user@remote|\/path\/to\//;
/** Anything else would be an option of ssh or reach the shell there. */
const safeHost = /^[A-Za-z0-9_][\w.-]*$/;

/**
 * The remote that is meant: `--remote`, `defaultRemote`, or the only one that is filled in.
 * @throws UserError exit code 2: E_REMOTE_UNKNOWN, E_REMOTE_TODO, E_REMOTE_SETTINGS
 */
export function chosenRemote(context: Context): Remote {
  const { remotes, defaultRemote } = context.settings.setup;
  const names = Object.keys(remotes);
  const filled = names.filter((name) => todoOf(remotes[name]) === undefined);
  const name = context.option('remote') ?? defaultRemote ?? (filled.length === 1 ? filled[0] : names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    const found =
      names.length === 0 ? 'no remote is configured' : `which remote? ${(filled.length > 0 ? filled : names).join(', ')} are configured`;
    throw wrong(
      'E_REMOTE_UNKNOWN',
      found,
      names.length === 0
        ? 'add one under `remotes` in configs/setup.local.yaml'
        : `\`--remote=${filled[0] ?? names[0]}\`, or \`defaultRemote\` in configs/setup.local.yaml`,
    );
  }
  return remoteNamed(context, name);
}

/** @throws UserError exit code 2: E_REMOTE_UNKNOWN, E_REMOTE_TODO, E_REMOTE_SETTINGS */
export function remoteNamed(context: Context, name: string): Remote {
  const { remotes, sync } = context.settings.setup;
  const entry = Object.hasOwn(remotes, name) ? remotes[name] : undefined;
  if (!entry) {
    const meant = nearest(name, Object.keys(remotes));
    throw wrong(
      'E_REMOTE_UNKNOWN',
      `\`${name}\` is no remote (${Object.keys(remotes).join(', ') || 'none is configured'})`,
      meant ? `did you mean \`--remote=${meant}\`?` : 'add it under `remotes` in configs/setup.local.yaml',
    );
  }
  const todo = todoOf(entry);
  if (todo) {
    const origin = context.origins.get(`remotes.${name}.${todo}`);
    throw wrong(
      'E_REMOTE_TODO',
      `\`remotes.${name}.${todo}\` is \`${entry[todo]}\`${origin ? ` (${origin})` : ''}: it is not filled in`,
      `write \`remotes: { ${name}: { host: …, path: … } }\` with your values into configs/setup.local.yaml`,
    );
  }
  const bad = (setting: keyof RemoteEntry, what: string) =>
    wrong(
      'E_REMOTE_SETTINGS',
      `\`remotes.${name}.${setting}\` ${what}`,
      `correct it in ${context.origins.get(`remotes.${name}.${setting}`) ?? 'configs/setup.local.yaml'}`,
    );
  const kind = kindNamed(entry.type);
  let { host, user } = entry;
  if (kind.host === 'needed' && host?.includes('@')) [user, host] = [host.slice(0, host.indexOf('@')), host.slice(host.indexOf('@') + 1)];
  if (kind.host === 'needed' && !host) throw bad('host', 'is missing: a host name, or a name of the ssh configuration');
  if (host && !safeHost.test(host)) throw bad('host', `is \`${host}\`: letters, digits, \`.\`, \`-\` and \`_\` only`);
  if (user && !safeHost.test(user)) throw bad('user', `is \`${user}\`: letters, digits, \`.\`, \`-\` and \`_\` only`);
  const fault = pathFault(entry);
  if (fault) throw bad('path', fault);
  const file = (setting: 'identity' | 'sshConfig') => {
    const value = entry[setting];
    if (!value) return undefined;
    const full = absolute(context, value);
    if (!context.host.files.stat(full)?.isFile()) throw bad(setting, `is \`${value}\`, and there is no such file`);
    if (/["'\\]/.test(full)) throw bad(setting, `is \`${value}\`: quotes and backslashes in it would not reach ssh`);
    return full;
  };
  return {
    name,
    type: entry.type,
    host: host ?? '',
    user: user || undefined,
    port: entry.port ?? undefined,
    path: entry.path ?? '',
    identity: file('identity'),
    sshConfig: file('sshConfig'),
    transfer: entry.transfer ?? sync.transfer,
  };
}

/** What is wrong with a path: it would lead out of the project's folder, be an option, or more than a path to who reads it. */
function pathFault({ path: value, host, type }: RemoteEntry): string | undefined {
  if (!value) return "is missing: the project's folder there";
  if (value.split('/').includes('..')) return `is \`${value}\`: \`..\` could lead anywhere`;
  if (/\p{C}/u.test(value)) return 'has control characters in it';
  if (value.startsWith('-')) return `is \`${value}\`: that would be an option`;
  return kindNamed(type).pathFault(value, host);
}

/** The setting that is still the template's. */
export const todoOf = (entry: RemoteEntry | undefined): 'host' | 'path' | 'user' | 'identity' | undefined =>
  // The template's host is nothing to a volume that took its place.
  (entry && kindNamed(entry.type).host === 'unused' ? (['path'] as const) : (['host', 'user', 'path', 'identity'] as const)).find(
    (setting) => placeholder.test(entry?.[setting] ?? ''),
  );

/** Where that is, as messages show it. */
export function whereOf({ type, host, user, path: folder }: Remote): string {
  if (kindNamed(type).host === 'unused') return folder;
  return `${user ? `${user}@` : ''}${host}${host ? ':' : ''}${folder}`;
}

const wrong = (code: string, found: string, fix: string) => new UserError({ code, found, fix }, 2);
