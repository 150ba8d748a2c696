import * as path from 'node:path';
import { valid } from '@renovatebot/pep440';
import { usageError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import { absolute, shown } from '../../../engine/paths';
import { pythonIn } from '../../../environments/prefix/prefix';
import { versionsIn } from '../../../environments/prefix/site-packages';
import { profileNames } from '../../../environments/profile/profile-files';
import { profileVersions } from '../../../environments/profile/profile-versions';
import { isProgram } from '../../../environments/python/interpreter/which';
import { knownEnvironments } from '../../../environments/training/locate';

/** A PEFT that an adapter is held against. */
export interface Peft {
  version: string;
  /** How a message calls it. */
  from: string;
}

/** What adapters are held against on this machine. */
export interface PeftEnvironment {
  /** The version of `--for`, else that of the environment; `undefined` where there is neither. */
  peft: Peft | undefined;
  /** The versions of the profiles, which an environment that is still to be made will have. */
  profiles: readonly Peft[];
  /** A Python that can judge expressions. */
  python: string | undefined;
  /** The version of transformers beside the environment's PEFT. */
  transformers: string | undefined;
}

/** Of two numbers at least, and with what PEP 440 has behind them: `0.18.1.dev0`, `0.19.0rc1`. It is a part of a folder's name too. */
const isVersion = (text: string): boolean => /^\d+\.\d+[\w.+]*$/.test(text) && valid(text) !== null;

/** The version of `--for`. @throws UserError E_USAGE where it is none */
export function askedVersion(context: Context): string | undefined {
  const asked = context.option('for')?.replace(/^peft==?/, '');
  if (asked !== undefined && !isVersion(asked)) throw usageError(`\`--for=${asked}\` is no version of PEFT`, '`--for=0.12.0`, for example');
  return asked;
}

/**
 * Looks it up: `--for`, else the PEFT of `--python`'s environment, of the run's own, the other and the activated one. Starts nothing.
 * @throws UserError E_USAGE where `--for` names no version
 */
export function peftEnvironment(context: Context): PeftEnvironment {
  const { host, root } = context;
  const asked = askedVersion(context);
  const named = context.option('python');
  const { own, other, activated } = knownEnvironments(context);
  const prefixes = named === undefined ? [...own, ...other, ...activated] : [path.dirname(path.dirname(absolute(context, named)))];
  const there = prefixes
    .map((prefix) => ({ prefix, python: named === undefined ? pythonIn(host, prefix) : absolute(context, named) }))
    .filter(({ python }) => isProgram(host, python))
    .map((each) => ({ ...each, versions: versionsIn(host, each.prefix) }))
    .map((each) => ({ ...each, version: each.versions.get('peft') }));
  const withPeft = there.find(({ version }) => version !== undefined);
  const ofEnvironment =
    withPeft?.version === undefined ? undefined : { version: withPeft.version, from: `\`${shown(root, withPeft.prefix)}\`` };
  return {
    peft: asked === undefined ? ofEnvironment : { version: asked, from: '`--for`' },
    profiles: profileNames.flatMap((profile) => {
      const version = profileVersions(context, profile).get('peft');
      return version === undefined ? [] : [{ version, from: `the profile \`${profile}\`` }];
    }),
    python: (withPeft ?? there[0])?.python,
    transformers: asked === undefined ? withPeft?.versions.get('transformers') : undefined,
  };
}
