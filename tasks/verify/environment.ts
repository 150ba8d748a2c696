import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { absolute, shown } from '../core/paths';
import { installedFrom } from '../parse/dist-info';
import { isProgram } from '../python/which';
import { trainingPrefix } from '../remote/place';
import { pythonIn } from '../venv/definition';
import type { Versions } from '../versions/models';

/** A Python environment that can load models. */
export interface LoadEnvironment {
  prefix: string;
  python: string;
  versions: Versions;
}

/**
 * The environment that loads models: the one of `--python`, else the first with transformers of the run's own, the other
 * one, and the one that the shell has activated. Starts nothing.
 * @throws UserError E_MODEL_ENVIRONMENT
 */
export function loadEnvironment(context: Context): LoadEnvironment {
  const { host, root, settings } = context;
  const asked = context.option('python');
  const local = absolute(context, settings.setup.environments.local.path);
  const remote = trainingPrefix(context) ?? absolute(context, settings.setup.remote.path);
  const own = context.environment === 'local' ? [local, remote] : [remote, local];
  const shell = [host.env.CONDA_PREFIX, host.env.VIRTUAL_ENV].filter((folder) => folder !== undefined && folder !== '');
  const prefixes = asked === undefined ? [...own, ...shell] : [path.dirname(path.dirname(absolute(context, asked)))];
  for (const prefix of prefixes as string[]) {
    const python = asked === undefined ? pythonIn(context, prefix) : absolute(context, asked);
    const versions = isProgram(host, python) ? versionsIn(context, prefix) : undefined;
    if (versions?.has('transformers') && versions.has('torch')) return { prefix, python, versions };
  }
  throw new UserError({
    code: 'E_MODEL_ENVIRONMENT',
    found: `no Python environment with transformers and torch: looked at ${prefixes.map((prefix) => `\`${shown(root, prefix as string)}\``).join(', ')}`,
    needed: 'the environment that training uses, or `--python` of another one',
    fix: '`npx just setup:remote` makes it; without `--load` the files alone are looked at',
  });
}

function versionsIn({ host }: Context, prefix: string): Versions | undefined {
  const library = path.join(prefix, 'lib');
  const python = host.files.list(library).find((name) => /^python3\.\d+$/.test(name));
  const packages =
    host.platform === 'win32' ? path.join(prefix, 'Lib', 'site-packages') : path.join(library, python ?? '', 'site-packages');
  return new Map(installedFrom(host.files.list(packages)).map(({ name, version }) => [name, version]));
}
