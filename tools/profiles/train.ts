import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type TrainResult, trainFile, trainingOf } from '../../tasks/environments/proof/run-training';
import { offlineTrainingEnv } from '../../tasks/environments/proof/training-env';
import { contextWith } from '../../tests/support/context';
import { cleanEnvironment, temporaryFolder } from '../../tests/support/project';
import type { Environment } from './environments';

/** What came of the five steps. */
export interface Trained {
  /** The small model and the adapter. */
  model: string;
  adapter: string;
  result: TrainResult;
  /** The options that the settings mean, by every name that a version has for them. */
  meant: Readonly<Record<string, unknown>>;
  /** What the arguments of the trainer hold, defaults of the version too. */
  arguments: Readonly<Record<string, unknown>>;
  /** What came of them; see observed.py. */
  effective: Readonly<Record<string, unknown>>;
}

/** Runs a Python program in an environment, offline, on the processor, with a scratch folder of its own. @throws Error with what it printed */
export function inEnvironment({ python }: Environment, program: string, ...args: readonly string[]): void {
  const scratch = temporaryFolder('just-lora-profiles');
  const env = cleanEnvironment({ ...offlineTrainingEnv(scratch), CUDA_VISIBLE_DEVICES: '' });
  execFileSync(python, ['-B', path.resolve(__dirname, program), ...args], { env, stdio: 'pipe', encoding: 'utf8', maxBuffer: 1e8 });
}

/** Five steps with the default settings, by the product's own proof. @param dropout that of the adapter, in place of the settings' */
export function train(environment: Environment, dropout?: number): Trained {
  const folder = temporaryFolder('just-lora-profiles');
  const [settings, result, options] = ['settings', 'result', 'options'].map((name) => path.join(folder, `${name}.json`)) as [
    string,
    string,
    string,
  ];
  const training = trainingOf(contextWith({}));
  const lora = { ...training.lora, dropout: dropout ?? training.lora.dropout };
  fs.writeFileSync(settings, JSON.stringify({ folder, device: 'cpu', ...training, lora }));
  inEnvironment(environment, 'observed.py', trainFile, settings, result, options);
  const read = (file: string) => JSON.parse(fs.readFileSync(file, 'utf8'));
  return { model: path.join(folder, 'model'), adapter: path.join(folder, 'adapter'), result: read(result), ...read(options) };
}
