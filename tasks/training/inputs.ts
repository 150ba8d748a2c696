import { UserError, usageError } from '../common/errors';
import { type DataFile, dataFiles } from '../data/rows/data-files';
import type { Context } from '../engine/context';
import type { Inputs } from '../engine/state';
import { deviceOf } from '../environments/proof/device';
import { type Placement, placementOf } from '../environments/proof/placement';
import { type Model, modelsOf } from '../hub/model/models';
import { namingModel, noModelEnabled, noneHere } from '../hub/model/no-models';
import { hashFiles } from '../platform/hashing';
import type { Settings } from '../settings/schema/definition';
import { type BaseSource, modelText, sourceOf } from './base-source';

/** A file of rows that a training reads. */
export interface TrainingFile extends DataFile {
  sha256: string;
}

/** What a training is made from. */
export interface TrainingInputs {
  train: TrainingFile[];
  /** What it is evaluated on: the files for validation, else those for tests. */
  validation: TrainingFile[];
  model: Model;
  /** Where the model came from on the Hub, by the records of its download. */
  base: BaseSource | undefined;
  training: Settings['training'];
  /** Where it is trained: the cards, and how many processes. */
  on: Placement;
  /** The same as one text each, by names that a person knows: two trainings of the same are the same. */
  compared: Inputs;
}

/**
 * Looks at everything that the adapter follows from, and hashes the data.
 * @throws UserError E_USAGE where it is not one model, E_DATA_NONE where there is nothing to train on, E_PROCESSES
 */
export async function inputsOf(context: Context): Promise<TrainingInputs> {
  const model = oneModel(context);
  const base = sourceOf(context, model.folder, model);
  const files = await hashed(context, dataFiles(context));
  const of = (split: DataFile['split']) => files.filter((file) => file.split === split);
  const [train, validation] = [of('train'), of('validation').length > 0 ? of('validation') : of('test')];
  if (train.length === 0)
    throw new UserError({
      code: 'E_DATA_NONE',
      found: files.length === 0 ? 'there is no file of rows' : 'every file of rows is for validation or tests, by its name',
      needed: 'rows to train on',
      fix: 'write the examples to `data/processed/train.jsonl`, one a line\nwhere they are on the laptop: `npx just sync:push` there',
    });
  const { training } = context.settings;
  const on = await placementOf(context);
  const compared = {
    'the model': modelText(context, model.folder, base),
    ...Object.fromEntries([...train, ...validation].map((file) => [`\`${file.name}\``, file.sha256])),
    ...settingsOf(training),
    device: deviceOf(context),
    // Where nothing is evaluated it changes nothing.
    ...(training.arguments.load_best_model_at_end && validation.length > 0 ? { 'arguments.load_best_model_at_end': 'true' } : {}),
    // Absent for one, as in the records of before.
    ...(on.processes > 1 ? { processes: String(on.processes) } : {}),
  };
  return { train, validation, model, base, training, on, compared };
}

/** The one model of `--model`, or that is enabled. @throws UserError E_USAGE */
export function oneModel(context: Context): Model {
  const models = modelsOf(context);
  const [model, ...others] = models;
  if (model && others.length === 0) return model;
  if (!model)
    throw context.option('model') === 'present'
      ? usageError(noneHere(context), 'bring one: `npx just model:download`')
      : noModelEnabled(context);
  throw usageError(`${models.length} models are enabled, and one is trained`, `name one: \`${namingModel(context, model.asked)}\``);
}

async function hashed({ host }: Context, files: readonly DataFile[]): Promise<TrainingFile[]> {
  const jobs = files.map((file) => ({ file: file.path, algorithm: 'sha256' as const, bytes: file.bytes }));
  const found = await hashFiles(jobs, { signal: host.processes.signal });
  return files.map((file, at) => {
    const { hex, error } = found[at] ?? {};
    if (hex === undefined) throw new Error(`\`${file.name}\` cannot be read: ${error}`);
    return { ...file, sha256: hex };
  });
}

/** Every setting of the training that its outcome follows from, by its path. */
function settingsOf(training: Settings['training']): Inputs {
  const { lora, quantization, attention, arguments: run } = training;
  // How often a checkpoint is written changes nothing of what is learned.
  const { save_steps: _, load_best_model_at_end: __, ...learned } = run;
  const sections = { lora, quantization, arguments: learned };
  const pairs = Object.entries(sections).flatMap(([section, values]) =>
    Object.entries(values).map(([key, value]) => [`${section}.${key}`, Array.isArray(value) ? value.join(' ') : String(value)]),
  );
  return { attention, ...Object.fromEntries(pairs) };
}
