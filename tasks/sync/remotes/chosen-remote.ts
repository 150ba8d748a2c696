import { UserError } from '../../common/errors';
import { nearest } from '../../common/nearest';
import type { Context } from '../../engine/context';
import { ownFile } from '../../settings/read/sources';
import type { Remote } from './remote';
import { filledIn, resolveRemote } from './remote-settings';

/**
 * The remote that is meant: `--remote`, `default_remote`, or the only one that is filled in.
 * @throws UserError exit code 2: E_REMOTE_UNKNOWN, E_REMOTE_TODO, E_REMOTE_SETTINGS
 */
export function chosenRemote(context: Context): Remote {
  const { remotes, default_remote } = context.settings.setup;
  const names = Object.keys(remotes);
  const filled = filledIn(remotes);
  const only = filled.length === 1 ? filled[0] : names.length === 1 ? names[0] : undefined;
  const name = context.option('remote') ?? default_remote ?? only;
  if (name !== undefined) return remoteNamed(context, name);
  if (names.length === 0) throw unknown('no remote is configured', `add one under \`remotes\` in ${ownFile('setup', context.environment)}`);
  throw unknown(
    `which remote? ${(filled.length > 0 ? filled : names).join(', ')} are configured`,
    `\`--remote=${filled[0] ?? names[0]}\`\nfor every run: \`default_remote\` in ${ownFile('setup', context.environment)}`,
  );
}

/**
 * @param option where it was named
 * @throws UserError exit code 2: E_REMOTE_UNKNOWN, E_REMOTE_TODO, E_REMOTE_SETTINGS
 */
export function remoteNamed(context: Context, name: string, option: 'remote' | 'on' = 'remote'): Remote {
  const { remotes } = context.settings.setup;
  const entry = Object.hasOwn(remotes, name) ? remotes[name] : undefined;
  if (entry) return resolveRemote(context, name, entry);
  const meant = nearest(name, Object.keys(remotes));
  throw unknown(
    `unknown remote \`${name}\`: ${Object.keys(remotes).join(', ') || 'none'} configured`,
    meant ? `did you mean \`--${option}=${meant}\`?` : `add it under \`remotes\` in ${ownFile('setup', context.environment)}`,
  );
}

const unknown = (found: string, fix: string) => new UserError({ code: 'E_REMOTE_UNKNOWN', found, fix }, 2);
