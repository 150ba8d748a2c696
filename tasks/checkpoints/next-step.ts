import * as path from 'node:path';
import type { Context } from '../engine/context';
import { projectPaths, shown } from '../engine/paths';
import type { RunResult } from '../engine/run';
import { trainingPrefix } from '../environments/training/locate';
import { noModelsName } from '../hub/model/no-models';
import { downloadName, findBase } from './adapters/base/base-model';
import { parseAdapterConfig } from './adapters/config';
import { configName } from './adapters/files';

/** What comes after models that are whole: the proof by training on a machine that trains, and a model that an adapter waits for. */
export function afterModels(context: Context, { steps }: RunResult): string | undefined {
  if (steps.every(({ name }) => name === noModelsName)) return undefined;
  const [waiting] = adaptersHere(context).flatMap((folder) => baseOf(context, folder));
  const own =
    context.environment === 'remote'
      ? `\`npx just ${trainingPrefix(context) === undefined ? 'setup:remote' : 'validate --env=remote --train'}\``
      : undefined;
  return [own, waiting].filter((text) => text !== undefined).join('; ') || undefined;
}

/** What comes after adapters that are whole: their base models, where those are not here. */
export function afterAdapters(context: Context, { steps }: RunResult): string | undefined {
  const folders = steps.flatMap(({ data }) => (typeof data?.['folder'] === 'string' ? [data['folder']] : []));
  const waiting = folders.flatMap((folder) => baseOf(context, folder));
  return waiting.length > 0 ? waiting.join('; ') : undefined;
}

const adaptersHere = (context: Context): string[] => {
  const { adapters_dir } = projectPaths(context);
  return context.host.files
    .list(adapters_dir)
    .map((name) => path.join(adapters_dir, name))
    .filter((folder) => context.host.files.stat(path.join(folder, configName))?.isFile());
};

/** The model that an adapter is for and the command that brings it; nothing where it is here, or where the adapter does not say. */
function baseOf(context: Context, folder: string): string[] {
  const base = baseName(context, folder);
  const model = base === undefined || findBase(context, base) ? undefined : downloadName(context, base);
  return model === undefined
    ? []
    : [`\`npx just model:download --model=${model}\`, the model that \`${shown(context.root, folder)}\` is for`];
}

function baseName({ host }: Context, folder: string): string | undefined {
  try {
    return parseAdapterConfig(host.files.readText(path.join(folder, configName)) ?? '').base;
  } catch {
    // What is wrong with an adapter is told by the look at it.
    return undefined;
  }
}
