import * as path from 'node:path';
import { readRecord } from '../conda/record';
import type { Context } from '../core/context';
import { absolute } from '../core/paths';
import { isProgram } from '../python/which';

/** The folder of the training environment, `undefined` before there is one. Starts nothing. */
export function trainingPrefix(context: Context): string | undefined {
  const { host, settings } = context;
  const { prefix, path: venv, engine } = settings.setup.remote;
  const record = readRecord(context);
  const byConda = engine === 'venv' ? [] : [...(prefix ? [absolute(context, prefix)] : []), ...(record ? [record.prefix] : [])];
  const byVenv = engine === 'conda' ? [] : [absolute(context, venv)];
  return [...byVenv, ...byConda].find((folder) => isProgram(host, programIn(context, folder)));
}

const programIn = ({ host }: Context, folder: string): string =>
  host.platform === 'win32' ? path.join(folder, 'python.exe') : path.join(folder, 'bin', 'python');

/** The Python of the training environment, `undefined` before there is one. */
export function trainingPython(context: Context): string | undefined {
  const prefix = trainingPrefix(context);
  return prefix && programIn(context, prefix);
}
