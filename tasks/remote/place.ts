import * as path from 'node:path';
import { findConda, notedEnvironments } from '../conda/find';
import { readRecord } from '../conda/record';
import type { Context } from '../core/context';
import { absolute } from '../core/paths';
import { profileFiles } from '../profile/files';
import { isProgram } from '../python/which';

/** The folder of the training environment, `undefined` before there is one. Starts nothing. */
export function trainingPrefix(context: Context): string | undefined {
  const { host, settings } = context;
  const { prefix, path: venv, engine } = settings.setup.remote;
  const record = readRecord(context);
  const byConda =
    engine === 'venv'
      ? []
      : [
          ...(prefix ? [absolute(context, prefix)] : []),
          ...(record ? [record.prefix] : []),
          ...(prefix || record ? [] : namedByConda(context)),
        ];
  const byVenv = engine === 'conda' ? [] : [absolute(context, venv)];
  return [...byVenv, ...byConda].find((folder) => isProgram(host, programIn(context, folder)));
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

const programIn = ({ host }: Context, folder: string): string =>
  host.platform === 'win32' ? path.join(folder, 'python.exe') : path.join(folder, 'bin', 'python');

/** The Python of the training environment, `undefined` before there is one. */
export function trainingPython(context: Context): string | undefined {
  const prefix = trainingPrefix(context);
  return prefix && programIn(context, prefix);
}
