import * as v from 'valibot';
import { data } from './data';
import { download } from './download';
import { defaultModels, model } from './models';
import { remoteEnvironment } from './remote';
import { defaultRemote, remotes } from './remotes';
import { sync } from './sync';
import { training } from './training';
import { count, gigabytes, name, oneOf, place, placeOrNull, section } from './values';

/**
 * The one definition of every setting: its type, its default and what it means. The JSON Schemas
 * in configs/schemas, and through them the Python loader, are generated from it.
 */

const environment = (name: string) =>
  section(`The ${name} Python environment`, {
    path: place('Folder of the environment', `.venv-${name}`),
    requirements: place('What a person edits: the pinned libraries', `requirements-${name}.txt`),
    lock: place('What is installed: every package with its hashes', `requirements-${name}.lock`),
    constraints: place('Versions that the lock must keep to', `configs/constraints-${name}.txt`),
    overrides: place("Versions that replace what a package's metadata asks for", `configs/overrides-${name}.txt`),
  });

const setup = v.strictObject({
  $schema: v.optional(v.string()),
  python: section('Which Python, and who installs packages', {
    version: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^3\.\d+$/, 'a minor version such as "3.10"'),
        v.description('Minor version, in quotes: 3.10 without them is 3.1'),
      ),
      '3.10',
    ),
    interpreter: placeOrNull('Path of the interpreter to use; null looks for one'),
    installer: oneOf('uv, pip, or uv where it is there or can be had', ['auto', 'uv', 'pip'], 'auto'),
    download: oneOf('May uv bring a Python that is missing?', ['auto', 'never'], 'auto'),
    advisories: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^https?:\/\/[^\s\0]+$/, 'an address of http or https'),
        v.description('Whom `--audit` asks for known vulnerabilities: OSV, or a mirror that answers as it does'),
      ),
      'https://api.osv.dev',
    ),
  }),
  environments: section('The Python environments', { local: environment('local') }),
  remote: remoteEnvironment,
  storage: section('How much disk space the project needs', {
    warn_gb: gigabytes('Warn below this much free space', 30),
    error_gb: gigabytes('Stop below this much free space', 20),
    budget_gb: section('What each part may grow to', {
      raw: gigabytes('Original downloads in data_raw', 0.3),
      processed: gigabytes('Cleaned and synthetic datasets', 1),
      models: gigabytes('One base model: Llama 3.1 8B is 16.1, Mistral 7B 14.5', 16.1),
      checkpoints: gigabytes('LoRA adapters and checkpoints', 2),
      buffer: gigabytes('Downloads in progress, caches, the environment', 10),
    }),
  }),
  run: section('How runs behave', {
    lock_wait_seconds: count('How long a second run waits for the first', 60, 0),
    keep_records: count('How many run records are kept', 50),
    machines_at_once: count('How many machines of `--on` are at work at once', 8),
  }),
  validate: section('How `validate` checks', {
    library_limit_seconds: count('A library that takes longer than this to import and try hangs', 120),
  }),
  data,
  models: v.optional(v.pipe(v.record(name, model), v.description('Base models by short name')), defaultModels),
  download,
  remotes,
  default_remote: defaultRemote,
  sync,
});

const paths = v.strictObject({
  $schema: v.optional(v.string()),
  data_raw: place('Original downloads', 'data/raw'),
  data_processed: place('Cleaned datasets', 'data/processed'),
  data_synthetic: place('Generated examples', 'data/synthetic'),
  models_dir: place('Base models', 'models'),
  adapters_dir: place('Finished LoRA adapters', 'adapters'),
  hf_home: place('Cache of Hugging Face libraries', 'models/.huggingface'),
});

export const definition = v.strictObject({ setup, paths, training });
export type Settings = v.InferOutput<typeof definition>;
export type PathSettings = Settings['paths'];
export type PythonEnvironment = Settings['setup']['environments']['local'];
