import * as path from 'node:path';
import { bytes } from '../common/format';
import { dataFiles } from '../data/rows/data-files';
import type { Context } from '../engine/context';
import { below } from '../engine/paths';
import { variablesOf } from '../engine/variables';
import { type CardFit, cardFits } from '../gpu/cards/card-fits';
import { variableForm } from '../settings/check/names';
import { sourcesFor, variablePrefix } from '../settings/read/sources';
import { oneModel } from '../training/inputs';
import { fieldsOf } from '../untrusted/json';

/** A file that git does not bring to the machine. */
export interface JobFile {
  /** Relative to the project. */
  name: string;
  bytes: number;
}

/** What an engine is told, without a word of how it is told. */
export interface Job {
  /** A name that every engine takes: a letter, then letters, digits and dashes, 41 at most. */
  name: string;
  /** As `--model` takes it. */
  model: string;
  adapter: string;
  /** Cards of the machine: one for each process of the training. */
  gpus: number;
  /** The training takes every card that it finds: how many that are to be is a person's to say. */
  takesAll: boolean;
  /** Every card, judged for the model. */
  fits: readonly CardFit[];
  /** What the environment, the model, the data and the adapters take, by `storage` (GiB, rounded up). */
  storageGib: number;
  /** Rows of the training. */
  data: readonly JobFile[];
  /** Data that lies outside of the project. */
  isDataElsewhere: boolean;
  /** Settings of machines that train: `configs/*.remote.yaml`. */
  settings: readonly JobFile[];
  /** Settings that were given as variables or by `--set`, as variables. */
  variables: ReadonlyMap<string, string>;
  /** The Hub is asked with a token. */
  token: boolean;
  isLocked: boolean;
  /** A bucket or volume that keeps the checkpoints; `undefined` where no one named one. */
  keep: string | undefined;
}

/** @throws UserError E_USAGE where it is not one model */
export function jobOf(context: Context): Job {
  const { root, host, settings } = context;
  const model = oneModel(context);
  const data = dataFiles(context);
  const inside = data.filter(({ path: file }) => below(root, file) !== undefined);
  const { warn_gb, budget_gb } = settings.setup.storage;
  const { processes } = settings.training;
  const budget = Object.values(budget_gb).reduce((sum, part) => sum + part, 0);
  return {
    name: nameOf(context),
    model: model.asked,
    adapter: context.option('name') ?? 'first',
    gpus: Math.max(1, processes),
    takesAll: processes === 0,
    fits: cardFits(context).fits.filter((fit) => fit.model === model.name),
    storageGib: Math.ceil((Math.max(warn_gb, budget) * 1e9) / 2 ** 30),
    data: inside.map(({ name, bytes: size }) => ({ name: name.split(path.sep).join('/'), bytes: size })),
    isDataElsewhere: inside.length < data.length,
    settings: sourcesFor('remote').flatMap(({ file, machine }) => {
      const entry = machine ? host.files.stat(path.join(root, file)) : undefined;
      return entry?.isFile() ? [{ name: file, bytes: entry.size }] : [];
    }),
    variables: new Map([...variablesOf(context), ...enabling(context, model.name)]),
    token: context.option('no-token') === undefined,
    isLocked: host.files.stat(path.join(root, 'package-lock.json'))?.isFile() === true,
    keep: context.option('keep'),
  };
}

/** The set-up there chooses its versions by the models that are on. */
const enabling = ({ settings }: Context, model: string): [string, string][] =>
  settings.setup.models[model]?.enabled === false ? [[`${variablePrefix}MODELS__${variableForm(model)}__ENABLED`, 'true']] : [];

/** After package.json, since the folder of a checkout may be called anything. */
function nameOf({ root, host }: Context): string {
  const { name } = fieldsOf(host.files.readJson(path.join(root, 'package.json'))) ?? {};
  const words = (typeof name === 'string' ? name : path.basename(root)).toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const trimmed = words
    .replace(/^[^a-z]+/, '')
    .slice(0, 35)
    .replace(/-+$/, '');
  return `${trimmed || 'project'}-train`;
}

/** What the training needs, in one line. */
export function needText({ model, fits, gpus, takesAll }: Job): string {
  const needs = [...new Set(fits.filter(({ fits: how }) => how === 'yes').map(({ estimate }) => bytes(estimate.total)))];
  const each = gpus > 1 ? ` on each of ${gpus} cards, one for each process,` : '';
  const all = takesAll ? '`training.processes` is 0: one card is asked for, set it to the number that you want; ' : '';
  return `${all}${model} needs ${needs.join(' or ')} of GPU memory${each} with these settings`;
}
