import * as path from 'node:path';
import type { Host } from '../../platform';
import { cloudVariables } from '../../platform/processes/child-environment';
import type { Remote } from '../remotes/remote';

/**
 * What rclone gets beside its own variables: those of a cloud (`AWS_…`) where a remote is told to log in with them, by
 * `env_auth` (rclone.org/s3, rclone.org/azureblob). One remote may stand on another, so any in its configuration counts.
 */
export function rcloneEnvironment(
  host: Host,
  { host: name, path: place }: Pick<Remote, 'host' | 'path'>,
): Readonly<Record<string, string | undefined>> {
  const { env } = host;
  const byVariable = Object.entries(env).some(
    ([variable, value]) => /^RCLONE_(?:\w+_)?ENV_AUTH$/.test(variable) && /^(?:true|t|1)$/i.test(value ?? ''),
  );
  // A connection string: `:s3,env_auth=true:bucket`, where a word alone means true.
  const byPlace = /,env_auth(?:="?(?:true|t|1)"?)?[,:]/i.test(`${name}:${place}`);
  const asked =
    byVariable || byPlace || configurations(host).some((text) => /^\s*env_auth\s*=\s*(?:true|t|1)\s*$/im.test(text) || isEncrypted(text));
  return asked ? cloudVariables(env) : {};
}

/** What is in it only rclone can tell. */
const isEncrypted = (text: string): boolean => /^RCLONE_ENCRYPT_V\d+:/m.test(text);

/** Where rclone looks for its file (rclone.org/docs, `--config`). */
function configurations({ env, home, files }: Host): string[] {
  const folders = [env.XDG_CONFIG_HOME, home && path.join(home, '.config')].filter((folder): folder is string => Boolean(folder));
  const places = env.RCLONE_CONFIG
    ? [env.RCLONE_CONFIG]
    : [...folders.map((folder) => path.join(folder, 'rclone', 'rclone.conf')), ...(home ? [path.join(home, '.rclone.conf')] : [])];
  return places.flatMap((file) => {
    try {
      return files.readText(file) ?? [];
    } catch {
      // One that may not be read: rclone says so itself.
      return [];
    }
  });
}
