import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Table } from '../../engine/step';
import { fieldsOf } from '../../untrusted/json';
import { tryParsePython } from '../../untrusted/python-json';
import { isPickleName } from '../models/folder';

/** A checkpoint that a training left. */
interface Checkpoint {
  folder: string;
  step: number;
  /** What it holds, in words. */
  holds: string;
  isAdapter: boolean;
}

/** What a folder that is no adapter is instead: a model, a run with checkpoints, or nothing of the kind; `undefined` for an adapter. */
export function otherFolder(context: Context, folder: string): { error: UserError; table?: Table } | undefined {
  const { files } = context.host;
  const has = (name: string) => files.stat(path.join(folder, name)) !== undefined;
  if (has('adapter_config.json') || has('adapter_model.safetensors') || has('adapter_model.bin')) return undefined;
  const there = shown(context.root, folder);
  if (has('config.json'))
    return {
      error: new UserError({
        code: 'E_ADAPTER',
        found: `\`${there}\` is a model, and no adapter: it has config.json and no adapter_config.json`,
        needed: 'the folder of an adapter',
        fix: `\`npx just model:verify --path=${there}\` looks at it as a model`,
      }),
    };
  const checkpoints = checkpointsIn(context, folder);
  const newest = checkpoints.find(({ isAdapter }) => isAdapter) ?? checkpoints[0];
  if (!newest) return undefined;
  const option = newest.isAdapter ? 'adapter' : 'path';
  return {
    error: new UserError({
      code: 'E_ADAPTER',
      found: `\`${there}\` has no adapter of its own, but checkpoints, the newest first: ${some(
        checkpoints.map((each) => `${path.basename(each.folder)} (${each.holds})`),
        4,
      )}`,
      needed: 'the folder of one adapter',
      fix: `\`npx just model:verify --${option}=${shown(context.root, newest.folder)}\` looks at the newest; the training's \`save_model()\` puts its last state into the folder itself`,
    }),
    table: [['checkpoint', 'holds'], ...checkpoints.map((each) => [path.basename(each.folder), each.holds])],
  };
}

/** What `--path` says of a folder that is an adapter, and no model. */
export function adapterInPlaceOfModel(context: Context, folder: string): UserError | undefined {
  const { files } = context.host;
  const has = (name: string) => files.stat(path.join(folder, name)) !== undefined;
  if (!has('adapter_config.json') || has('config.json')) return undefined;
  const there = shown(context.root, folder);
  return new UserError({
    code: 'E_ADAPTER',
    found: `\`${there}\` is an adapter, and no model: it has adapter_config.json and no config.json`,
    needed: 'the folder of a model',
    fix: `\`npx just model:verify --adapter=${there}\` looks at it as an adapter`,
  });
}

function checkpointsIn({ host: { files } }: Context, folder: string): Checkpoint[] {
  return files
    .list(folder)
    .flatMap((name) => {
      const step = /^checkpoint-(\d+)$/.exec(name)?.[1];
      const inner = path.join(folder, name);
      if (step === undefined || !files.stat(inner)?.isDirectory()) return [];
      const names = files.list(inner);
      const kinds = kindsOf(names, fieldsOf(tryParsePython(files.readText(path.join(inner, 'trainer_state.json')))));
      return [
        { folder: inner, step: Number(step), holds: kinds.join(', ') || 'nothing', isAdapter: names.includes('adapter_config.json') },
      ];
    })
    .sort((left, right) => right.step - left.step);
}

function kindsOf(names: readonly string[], state: Readonly<Record<string, unknown>> | undefined): string[] {
  const has = (name: string) => names.includes(name);
  const pickles = names.filter(isPickleName);
  const loss = Array.isArray(state?.log_history)
    ? (state.log_history as unknown[])
        .map((row) => fieldsOf(row)?.loss)
        .filter((value) => typeof value === 'number')
        .at(-1)
    : undefined;
  return [
    has('adapter_config.json') ? (has('adapter_model.safetensors') ? 'an adapter' : 'an adapter without safetensors') : '',
    has('config.json') ? 'a whole model' : '',
    names.some((name) => name.startsWith('tokenizer')) ? 'tokenizer' : '',
    loss === undefined ? '' : `loss ${Math.round(loss * 10_000) / 10_000}`,
    pickles.length > 0 ? `pickles: ${pickles.join(' ')}` : '',
  ].filter(Boolean);
}
