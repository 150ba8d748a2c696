import * as path from 'node:path';
import { checkAdapter } from '../checkpoints/adapters/check';
import { bytes, plural, some } from '../common/format';
import type { DataReport } from '../data/report/document';
import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import { projectPaths, shown } from '../engine/paths';
import { readProof } from '../engine/state';
import type { Finding, Look, Step } from '../engine/step';
import { deviceOf } from '../environments/proof/device';
import { batchText, parallelOf } from '../gpu/memory/parallel';
import { stepsOf } from '../gpu/memory/steps-of';
import { memoryConfigOf } from '../gpu/memory/training-memory-config';
import { changedSince } from './base-source';
import { checkpointsIn, othersOf, workFolder } from './checkpoints';
import { cutText, factsText } from './facts';
import { adapterFolder, freeAdapter, trainAgain } from './folders';
import { inputsOf, type TrainingInputs } from './inputs';
import { makeAdapter } from './make-adapter';
import { type RunRecord, readRunRecord } from './run-record';
import { expectedTime, trainedAdapters } from './trained';

const name = 'training';

/** The adapter is there, whole, and made from these very inputs; else it is trained, from the last whole checkpoint on. */
export const trainingStep: Step<TrainingInputs> = {
  name,
  title: 'Train the adapter',
  async check(context): Promise<Look<TrainingInputs>> {
    const adapter = adapterFolder(context).name;
    const inputs = await inputsOf(context);
    const folder = path.join(projectPaths(context).adapters_dir, adapter);
    const name = shown(context.root, folder);
    if (!context.host.files.lstat(folder)) return { ...notThere(context, adapter, inputs), seen: inputs };
    const record = readRunRecord(context.host, folder);
    const changed = record ? changedSince(context, record.inputs, inputs.compared, 'the model', inputs.model.folder) : [];
    if (record && changed.length === 0) {
      const looked = await whole(context, folder, record);
      if (looked.state === 'blocked' && context.forced('training'))
        return { state: 'todo', found: `${looked.found}; it is kept under another name`, seen: inputs };
      return { ...looked, seen: inputs };
    }
    const other = record ? `\`${name}\` was trained from other inputs: ${some(changed)}` : `\`${name}\` was not made by \`train\``;
    if (context.forced('training')) return { state: 'todo', found: `${other}; it is kept under another name`, seen: inputs };
    return {
      state: 'blocked',
      code: 'E_ADAPTER_EXISTS',
      found: other,
      needed: 'a name that is free, or an adapter of these inputs',
      fix: `\`${commandOf(context, 'train', { name: freeAdapter(context) })}\`\nor \`${trainAgain(context, adapter)}\`, which keeps the old one under another name`,
      seen: inputs,
    };
  },
  async plan(context, inputs) {
    const adapter = adapterFolder(context).name;
    return [
      {
        title: `train \`${shown(context.root, path.join(projectPaths(context).adapters_dir, adapter))}\`${inputs ? planText(context, inputs) : ''}`,
        run: async (_, progress) => makeAdapter(context, adapter, inputs ?? (await inputsOf(context)), progress),
      },
    ];
  },
};

function notThere(context: Context, adapter: string, inputs: TrainingInputs): Finding {
  const folder = workFolder(context, adapter, inputs.compared);
  const [checkpoints, others] = [checkpointsIn(context, folder), othersOf(context, folder)];
  const newest = checkpoints.find(({ fault }) => fault === undefined);
  const damaged = checkpoints.filter(({ fault }) => fault !== undefined).map(({ name, fault }) => `\`${name}\` (\`${fault}\` is damaged)`);
  const passed = damaged.length > 0 ? `; ${some(damaged)} ${damaged.length > 1 ? 'do' : 'does'} not count` : '';
  const from = newest ? `not whole yet: it goes on at step ${newest.step}` : 'not trained yet';
  const left = others > 0 ? `; checkpoints of ${plural(others, 'other training')} of this name do not count, since something changed` : '';
  return { state: 'todo', found: `${from}${passed}${left}` };
}

/** Rows and steps, as far as the look at the data knows them. */
function planText(context: Context, { training: { arguments: run }, train, model, on: { processes } }: TrainingInputs): string {
  const report = readProof(context, 'data')?.data?.['data'] as DataReport | undefined;
  const counts = train.map(({ name }) => report?.files.find(({ file }) => file === name)?.rows);
  const size = bytes(train.reduce((sum, file) => sum + file.bytes, 0));
  if (counts.some((count) => count === undefined)) return ` on ${model.name}, with ${plural(train.length, 'file')} of rows (${size})`;
  const rows = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const steps = stepsOf(run, rows, processes);
  const of = { model: model.name, settings: context.settings.training, processes, onCpu: deviceOf(context) === 'cpu' };
  const plan = memoryConfigOf(context.settings.training);
  const together = processes > 1 ? ` of ${batchText(plan, parallelOf(plan, processes))} in ${processes} processes` : '';
  const time = expectedTime(trainedAdapters(context), of, steps);
  return ` on ${model.name}: ${plural(rows, 'row')} (${size}), ${plural(steps, 'step')}${together}${time ? `, ${time}` : ''}`;
}

async function whole(context: Context, folder: string, record: RunRecord): Promise<Finding> {
  const report = await checkAdapter(context, folder, { base: record.model.name });
  const name = shown(context.root, folder);
  const faults = [...report.config, ...report.weights];
  const data = { folder, run: record };
  if (faults.length > 0)
    return {
      state: 'blocked',
      code: 'E_ADAPTER',
      found: `\`${name}\`: ${some(faults.map(({ message }) => message))}`,
      needed: 'the adapter as it was trained',
      fix: `\`${trainAgain(context, path.basename(folder))}\` trains it again, and keeps this one under another name`,
      data,
    };
  const warning = cutText(record.result.rows);
  return {
    state: 'done',
    found: `\`${name}\`, ${factsText(record.result)}${leftText(context, folder, record)}`,
    ...(warning ? { warning } : {}),
    data,
  };
}

/** Checkpoints of other settings or data may be hours of a GPU: they stay, and take room. */
function leftText(context: Context, folder: string, record: RunRecord): string {
  const work = workFolder(context, path.basename(folder), record.inputs);
  const others = othersOf(context, work);
  return others > 0 ? `; checkpoints of ${plural(others, 'other training')} stay in \`${shown(context.root, path.dirname(work))}\`` : '';
}

/** @throws UserError E_USAGE for a name that is none, before any step is looked at */
export function trainingSteps(context: Context): Step<TrainingInputs>[] {
  adapterFolder(context);
  return [trainingStep];
}
