import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { absolute } from '../../engine/paths';
import { findConda, notedEnvironments } from '../conda/find';
import { readCondaRecord } from '../conda/record';
import { pythonIn } from '../prefix/prefix';
import { profileFiles } from '../profile/profile-files';
import { isProgram } from '../python/interpreter/which';
import { localEnvironment, targetOf } from '../venv/definition';

/** The folder of the training environment, `undefined` before there is one. Starts nothing. */
export function trainingPrefix(context: Context): string | undefined {
  const { host } = context;
  return trainingPlaces(context).find((prefix) => isProgram(host, pythonIn(host, prefix)));
}

/** The Python of the training environment, `undefined` before there is one. */
export function trainingPython(context: Context): string | undefined {
  const prefix = trainingPrefix(context);
  return prefix && pythonIn(context.host, prefix);
}

/** Where the training environment may lie, whether or not it is there, best first: that of venv, then those of conda. */
function trainingPlaces(context: Context): string[] {
  const { prefix, path: venv, engine } = context.settings.setup.remote;
  const byVenv = engine === 'conda' ? [] : [absolute(context, venv)];
  if (engine === 'venv') return byVenv;
  const record = readCondaRecord(context);
  if (!prefix && !record) return [...byVenv, ...namedByConda(context)];
  return [...byVenv, ...(prefix ? [absolute(context, prefix)] : []), ...(record ? [record.prefix] : [])];
}

/** Environments of the file's name that a person made: what conda noted down, the activated one, and those beside the program. */
function namedByConda(context: Context): string[] {
  const { files, env } = context.host;
  const text = files.readText(path.join(context.root, profileFiles['as-asked'].requirements)) ?? '';
  const name = /^name:\s*['"]?([\w.-]+)/m.exec(text)?.[1];
  if (!name) return [];
  const program = findConda(context)?.command;
  const beside = program ? [path.join(path.dirname(path.dirname(program)), 'envs', name)] : [];
  return [env.CONDA_PREFIX ?? '', ...notedEnvironments(context.host), ...beside].filter((folder) => path.basename(folder) === name);
}

/** The folders of every environment that a run may take libraries and programs from, whether or not they are there. */
export interface KnownEnvironments {
  /** Of the run's own kind, best first. */
  own: string[];
  /** Of the other kind: training for the data work, the data work for training. */
  other: string[];
  /** What the shell has activated. */
  activated: string[];
}

/** Looked up, not started. */
export function knownEnvironments(context: Context): KnownEnvironments {
  const { CONDA_PREFIX, VIRTUAL_ENV } = context.host.env;
  const local = [targetOf(context, localEnvironment(context))];
  const training = trainingPlaces(context);
  const [own, other] = context.environment === 'local' ? [local, training] : [training, local];
  return { own, other, activated: [CONDA_PREFIX, VIRTUAL_ENV].filter((folder) => folder !== undefined && folder !== '') as string[] };
}
