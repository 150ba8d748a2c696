import { isIPv6 } from 'node:net';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { absolute } from '../../engine/paths';
import { ownFile } from '../../settings/read/sources';
import type { RemoteEntry } from '../../settings/schema/remotes';
import type { SlurmSettings } from '../../settings/schema/slurm';
import type { Remote } from './remote';
import { kindNamed } from './remote-type';

/** Recognised as not filled in. */
const placeholder = /TODO|<[^>]*>|^user@remote|\/path\/to\//;
/** Anything else would be an option of the program that it is given to, or reach the shell there. */
const safeHost = /^[A-Za-z0-9_][\w.-]*$/;

/** The setting that is still the template's. */
function todoOf(entry: RemoteEntry): 'host' | 'path' | 'user' | 'identity' | undefined {
  // The template's host is nothing to a volume that took its place.
  const asked = kindNamed(entry.type).host === 'unused' ? (['path'] as const) : (['host', 'user', 'path', 'identity'] as const);
  return asked.find((setting) => placeholder.test(entry[setting] ?? ''));
}

/** The names of those that are filled in. */
export const filledIn = (remotes: Readonly<Record<string, RemoteEntry>>): string[] =>
  Object.entries(remotes).flatMap(([name, entry]) => (todoOf(entry) === undefined ? [name] : []));

/**
 * The remote that an entry of the settings means.
 * @throws UserError exit code 2: E_REMOTE_TODO, E_REMOTE_SETTINGS
 */
export function resolveRemote(context: Context, name: string, entry: RemoteEntry): Remote {
  refuseTemplate(context, name, entry);
  const bad = (setting: keyof RemoteEntry, what: string) =>
    new UserError(
      {
        code: 'E_REMOTE_SETTINGS',
        found: `\`remotes.${name}.${setting}\` ${what}`,
        fix: `correct it in ${context.origins.get(`remotes.${name}.${setting}`) ?? ownFile('setup', context.environment)}`,
      },
      2,
    );
  const kind = kindNamed(entry.type);
  const login = kind.host === 'needed' ? loginOf(entry) : entry;
  if (kind.host === 'needed' && !login.host) throw bad('host', 'is missing: a host name, or a name of the ssh configuration');
  const port = kind.host === 'needed' ? /^(?:\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(login.host ?? '')?.[1] : undefined;
  if (port) throw bad('host', `is \`${login.host}\`: the port is a setting of its own, \`port: ${port}\``);
  for (const setting of ['host', 'user'] as const)
    if (login[setting] && !safeHost.test(login[setting]) && !(setting === 'host' && kind.host === 'needed' && isAddress(login[setting])))
      throw bad(setting, `is \`${login[setting]}\`: letters, digits, \`.\`, \`-\` and \`_\` only`);
  const fault = pathFault(entry.path) ?? kind.pathFault(entry.path ?? '', entry.host);
  if (fault) throw bad('path', fault);
  const file = (setting: 'identity' | 'ssh_config') => {
    const value = entry[setting];
    if (!value) return undefined;
    const full = absolute(context, value);
    if (!context.host.files.stat(full)?.isFile()) throw bad(setting, `is \`${value}\`, and there is no such file`);
    if (/["'\\]/.test(full)) throw bad(setting, `is \`${value}\`: quotes and backslashes in it would not reach ssh`);
    return full;
  };
  const slurm = slurmOf(entry, bad);
  return {
    name,
    type: entry.type,
    host: login.host ?? '',
    user: login.user || undefined,
    port: entry.port ?? undefined,
    path: entry.path ?? '',
    identity: file('identity'),
    sshConfig: file('ssh_config'),
    transfer: entry.transfer ?? context.settings.setup.sync.transfer,
    settingsFile: ownFile('setup', context.environment),
    ...(slurm ? { slurm } : {}),
  };
}

/**
 * Options of Slurm that just-lora sets itself: twice in one job, the last one would count. GPUs are asked for in one way: of `--gres=gpu:1`
 * beside `--gpus=2` Slurm makes two nodes with one each, of `--gpus-per-node=2` a job of both (slurm-wlm 22.05, on a cluster of two nodes).
 */
const ownOptions =
  /^--(?:partition|account|gres|gpus?(?:-per-(?:node|task|socket))?|time|nodes|ntasks|job-name|output|error|chdir|requeue|no-requeue|signal|open-mode|export|wrap|array|pty|parsable|test-only|label|input)(?:=|$)/;

function slurmOf({ slurm, type }: RemoteEntry, bad: (setting: keyof RemoteEntry, what: string) => UserError): SlurmSettings | undefined {
  if (!slurm) return undefined;
  if (type !== 'ssh') throw bad('slurm', `belongs to a login node that ssh reaches, and the type is ${type}`);
  const own = slurm.extra.find((option) => ownOptions.test(option));
  const why = own?.startsWith('--gpus') ? 'how many GPUs a job has is said in `gres`' : 'just-lora sets that option itself';
  if (own) throw bad('slurm', `has \`${own}\` in \`extra\`: ${why}`);
  return slurm;
}

/** An IPv6 address, with the name of a link behind `%` where it is one of a link (RFC 4007). */
const isAddress = (host: string): boolean => /^[^%]+(?:%[\w.-]+)?$/.test(host) && isIPv6(host.replace(/%.*$/, ''));

/** `user@host` is a user and a host, `[::1]` an address. */
function loginOf({ host, user }: RemoteEntry): Pick<RemoteEntry, 'host' | 'user'> {
  const at = host?.indexOf('@') ?? -1;
  const login = host && at >= 0 ? { user: host.slice(0, at), host: host.slice(at + 1) } : { host, user };
  return { ...login, host: login.host?.replace(/^\[([^\]]+)\]$/, '$1') ?? null };
}

function refuseTemplate(context: Context, name: string, entry: RemoteEntry): void {
  const todo = todoOf(entry);
  if (!todo) return;
  const origin = context.origins.get(`remotes.${name}.${todo}`);
  throw new UserError(
    {
      code: 'E_REMOTE_TODO',
      found: `\`remotes.${name}.${todo}\` is \`${entry[todo]}\`${origin ? ` (${origin})` : ''}: it is not filled in`,
      fix: `write \`remotes: { ${name}: { host: …, path: … } }\` with your values into ${ownFile('setup', context.environment)}`,
    },
    2,
  );
}

/** What is wrong with a path for every kind of remote. */
function pathFault(value: string | null): string | undefined {
  if (!value) return "is missing: the project's folder there";
  if (value.split('/').includes('..')) return `is \`${value}\`: \`..\` could lead anywhere`;
  if (/\p{C}/u.test(value)) return 'has control characters in it';
  return value.startsWith('-') ? `is \`${value}\`: that would be an option` : undefined;
}
