import * as path from 'node:path';
import { UserError } from '../common/errors';
import { remaining } from '../common/format';
import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import type { Progress } from '../engine/step';
import { deviceOf } from '../environments/proof/device';
import { runProgram } from '../environments/proof/run-program';
import { errorText, isOutOfMemory, trainingError } from '../environments/proof/training-error';
import { trainingScript } from '../environments/proof/training-script';
import { expandTargets } from '../gpu/memory/target-modules';
import { fieldsOf, tryParse } from '../untrusted/json';
import type { TrainingFacts } from './facts';
import type { TrainingInputs } from './inputs';
import { memoryError } from './memory-error';
import { scriptFault } from './script-fault';

/**
 * Runs scripts/train.py on the inputs, from the last whole checkpoint on.
 * @param folder for checkpoints and the adapter
 * @throws UserError of script-fault.ts, E_GPU_MEMORY, E_DISK_FULL, E_TRAINING, or the code of a known breakage
 */
export async function runTrainingScript(
  context: Context,
  inputs: TrainingInputs,
  { name, folder }: { name: string; folder: string },
  progress: (progress: Progress) => void,
): Promise<TrainingFacts> {
  const { training, model, base, on } = inputs;
  const files = (all: TrainingInputs['train']) => all.map((file) => [file.path, file.name]);
  const job = {
    model: model.folder,
    base: base ?? null,
    train: files(inputs.train),
    validation: files(inputs.validation),
    folder,
    logs: path.join(context.root, 'logs', name),
    device: deviceOf(context),
    ...training,
    processes: on.processes,
    lora: { ...training.lora, target_modules: expandTargets(training.lora.target_modules) },
  };
  const ended = await runProgram<TrainingFacts & { ok: true }>(context, trainingScript(context), () => job, {
    on,
    // Texts become tokens on all cores; nothing here is forked behind it.
    env: { TOKENIZERS_PARALLELISM: 'true' },
    // A job of Slurm is told so before its time is over. SIGUSR1 would start Node's debugger.
    handsOn: 'SIGUSR2',
    onLine: (line) => {
      const told = progressOf(line);
      if (told) progress(told);
    },
  });
  if (ended.result?.ok) {
    const { ok: _, ...facts } = ended.result;
    return facts;
  }
  const error = errorText(ended);
  const known = scriptFault(context, error);
  if (known) throw new UserError(known);
  const failed = {
    code: 'E_TRAINING',
    what: 'the training ended',
    needed: 'a training that goes through all steps',
    elsewhere: `mend what it names, in the settings, the model, the rows or \`scripts/train.py\`\n\`${commandOf(context, 'validate', { env: 'remote', train: '' })}\` shows whether the environment trains`,
    writes: [folder, path.join(context.root, 'logs')],
  };
  throw (isOutOfMemory(error) ? await memoryError(context, error) : undefined) ?? (await trainingError(context, ended, failed));
}

const stages: Readonly<Record<string, string>> = {
  import: 'loading the libraries',
  rows: 'reading the rows',
  model: 'loading the model',
  adapter: 'adding the adapter',
  train: 'starting the training',
  save: 'saving the adapter',
  reload: 'loading the adapter again',
  samples: 'asking for samples',
};

/** What a line of the script says of how far it is; `undefined` where it is no such line. */
export function progressOf(line: string): Progress | undefined {
  const stage = /^stage: (\w+)$/.exec(line)?.[1];
  if (stage) return { text: stages[stage] ?? stage };
  const told = /^progress: (\{.*\})$/.exec(line)?.[1];
  const { step, steps, loss, tokensPerSecond, secondsLeft } = fieldsOf(told && tryParse(told, 1000)) ?? {};
  if (![step, steps, loss, tokensPerSecond, secondsLeft].every((each) => typeof each === 'number')) return undefined;
  return {
    text: `loss ${(loss as number).toFixed(3)}, ${tokensPerSecond} tokens/s, ${remaining((secondsLeft as number) * 1000)} left`,
    count: { done: step as number, total: steps as number, noun: 'step' },
  };
}
