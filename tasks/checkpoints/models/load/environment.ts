import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import { absolute, shown } from '../../../engine/paths';
import { pythonIn } from '../../../environments/prefix/prefix';
import { versionsIn } from '../../../environments/prefix/site-packages';
import { isProgram } from '../../../environments/python/interpreter/which';
import { knownEnvironments } from '../../../environments/training/locate';
import type { Versions } from '../../../knowledge/models';

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
  const { host, root } = context;
  const asked = context.option('python');
  const { own, other, activated } = knownEnvironments(context);
  const prefixes = asked === undefined ? [...own, ...other, ...activated] : [path.dirname(path.dirname(absolute(context, asked)))];
  for (const prefix of prefixes) {
    const python = asked === undefined ? pythonIn(host, prefix) : absolute(context, asked);
    if (!isProgram(host, python)) continue;
    const versions = versionsIn(host, prefix);
    if (versions.has('transformers') && versions.has('torch')) return { prefix, python, versions };
  }
  throw new UserError({
    code: 'E_MODEL_ENVIRONMENT',
    found: `no Python environment with transformers and torch: looked in ${prefixes.map((prefix) => `\`${shown(root, prefix)}\``).join(', ')}`,
    needed: 'the environment that training uses, or `--python` of another one',
    fix: '`npx just setup:remote` makes it; without `--load` only the files are checked',
  });
}
