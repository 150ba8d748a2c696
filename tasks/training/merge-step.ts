import * as path from 'node:path';
import { type BaseModel, findBase } from '../checkpoints/adapters/base/base-model';
import { checkAdapter } from '../checkpoints/adapters/check';
import { subjectAt } from '../checkpoints/models/subject';
import { verifyStep } from '../checkpoints/models/verify-step';
import { bytes, some } from '../common/format';
import { freeName } from '../engine/aside';
import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import { shown } from '../engine/paths';
import type { Finding, Look, Step } from '../engine/step';
import { headroomOf } from '../hub/download/space';
import { readModelRecord } from '../hub/store/model-record';
import { changedSince } from './base-source';
import { adapterFolder, mergeAgain, mergedFolder, trainAgain } from './folders';
import { makeMerged } from './make-merged';
import { cannotMerge } from './merge-obstacles';
import { type MergeInputs, type MergeRecord, mergeInputsOf, readMergeRecord } from './merge-record';

/** The part of an adapter's effect that rounding may take before it is a warning. */
const muchLost = 0.1;

/** A model that an adapter was merged into: there, right, and of this adapter and base. */
export const mergeStep: Step<MergeInputs> = {
  name: 'merge',
  title: 'Merge the adapter',
  async check(context, _, __, before): Promise<Look<MergeInputs>> {
    const [adapter, merged] = [adapterFolder(context), mergedFolder(context)];
    const obstacle = await adapterObstacle(context, adapter);
    if ('state' in obstacle) return obstacle;
    const { base } = obstacle;
    const ofBase = nameOfBase(context, base.folder);
    if (ofBase) return ofBase;
    // What was just merged is looked at as it is: it was asked for once.
    const anew = context.forced('merge') && before === undefined;
    const seen = await mergeInputsOf(context, adapter, base);
    const record = readMergeRecord(context.host, merged.folder);
    const isThere = context.host.files.lstat(merged.folder) !== undefined;
    const changed = record ? changedSince(context, record.inputs, seen.compared, 'the base model', base.folder) : [];
    if (record && changed.length === 0 && !anew) return { ...(await whole(context, merged.folder, record)), seen };
    if (isThere && !anew) return taken(context, record ? changed : undefined);
    const room = await withoutRoom(context, merged.folder, seen.mergedBytes);
    return room ?? { state: 'todo', found: isThere ? `\`${merged.shown}\` is kept under another name` : 'not merged yet', seen };
  },
  async plan(context, inputs) {
    if (!inputs) return [];
    const [adapter, merged] = [adapterFolder(context), mergedFolder(context)];
    return [
      {
        title: `merge \`${adapter.shown}\` into \`${shown(context.root, inputs.base)}\` as \`${merged.shown}\` (${bytes(inputs.mergedBytes)}, and ${bytes(inputs.memoryBytes)} of memory)`,
        run: async (_, progress) => makeMerged(context, inputs, progress),
      },
    ];
  },
};

/** The base of an adapter that is right and here; else why it cannot be merged. */
async function adapterObstacle(context: Context, adapter: ReturnType<typeof adapterFolder>): Promise<Finding | { base: BaseModel }> {
  const blocked = (code: string, found: string, needed: string, fix: string): Finding => ({ state: 'blocked', code, found, needed, fix });
  if (!context.host.files.stat(adapter.folder))
    return blocked(
      'E_ADAPTER',
      `\`${adapter.shown}\` is not there`,
      'an adapter to merge',
      `\`${commandOf(context, 'train', { name: adapter.name })}\` trains it, \`npx just sync:pull\` brings it`,
    );
  const report = await checkAdapter(context, adapter.folder, { full: true });
  const faults = [...report.config, ...report.weights];
  if (faults.length > 0)
    return blocked(
      'E_ADAPTER',
      `\`${adapter.shown}\`: ${some(faults.map(({ message }) => message))}`,
      'an adapter that is right',
      `\`npx just sync:pull\` brings it anew where it was damaged on its way\nor \`${trainAgain(context, adapter.name)}\`, which keeps this one under another name`,
    );
  const word = report.settings?.base;
  const base = findBase(context, word);
  const reason = base ? cannotMerge(report, base) : undefined;
  if (base && reason !== undefined)
    return blocked(
      'E_ADAPTER',
      `\`${adapter.shown}\` ${reason}`,
      'an adapter that can be a part of the weights of its base',
      `load both together, without a merge: ${together(report.settings?.task, base.folder, adapter.folder)}`,
    );
  if (base) return { base };
  const name = word ?? 'a model that it does not name';
  return blocked(
    'E_MODEL_INCOMPLETE',
    `the base of \`${adapter.shown}\`, \`${name}\`, is not on this machine`,
    'the base model, whole',
    `\`${commandOf(context, 'model:download', { model: word && /^[\w.-]+\/[\w.-]+$/.test(word) ? word : 'OWNER/NAME' })}\``,
  );
}

/** In Python. */
function together(task: string | undefined, base: string, adapter: string): string {
  const kind = task === 'SEQ_CLS' ? 'SequenceClassification' : task === 'TOKEN_CLS' ? 'TokenClassification' : 'CausalLM';
  return `\`PeftModel.from_pretrained(AutoModelFor${kind}.from_pretrained(${JSON.stringify(base)}), ${JSON.stringify(adapter)})\``;
}

async function whole(context: Context, folder: string, { result, base, adapter }: MergeRecord): Promise<Finding> {
  const name = shown(context.root, folder);
  const again = mergeAgain(context, path.basename(folder), { force: 'merge' });
  const subject = { ...subjectAt(context, folder), remedy: { download: again, repair: again } };
  const { state, ...looked } = await verifyStep(subject).check(context, 'quick', () => undefined);
  if (state === 'done') {
    const difference = result.logitsDifference.toExponential(1);
    const found = `\`${name}\`, ${adapter.name} in ${base.repo ?? base.name} (${result.dtype}), logits within ${difference} of both together`;
    const lost = result.logitsDifference / result.adapterDifference;
    if (!(lost > muchLost)) return { state, found };
    const full = mergeAgain(context, path.basename(freeName(context, `${folder}-32`)), { dtype: 'float32' });
    const share = Math.min(100, Math.round(lost * 100));
    return {
      state,
      found,
      warning: `rounding to ${result.dtype} takes up to ${share} % of what the adapter changes, which is little: \`${full}\` keeps all of it`,
    };
  }
  return {
    state: 'blocked',
    code: 'code' in looked && looked.code ? looked.code : 'E_MODEL_DAMAGED',
    found: looked.found,
    needed: 'the model as it was merged',
    fix: `\`${again}\` merges it again, and keeps this one under another name`,
  };
}

/**
 * A folder that everybody takes for a base model, by the settings or by the record of its download: a merged model in it would be
 * trained on and loaded as that base. `--force` does not change that.
 */
function nameOfBase(context: Context, base: string): Finding | undefined {
  const { host, settings } = context;
  const merged = mergedFolder(context);
  const isBase = host.files.realPath(merged.folder) === host.files.realPath(base) || readModelRecord(host, merged.folder) !== undefined;
  const isConfigured = Object.hasOwn(settings.setup.models, merged.name) && !readMergeRecord(host, merged.folder);
  if (!isBase && !isConfigured) return undefined;
  return {
    state: 'blocked',
    code: 'E_MERGED_EXISTS',
    found: `\`${merged.shown}\` is the place of a base model${isConfigured ? `, \`${merged.name}\` of the settings` : ''}`,
    needed: 'a name of its own for the merged model',
    fix: `\`${mergeAgain(context, path.basename(freeName(context, `${merged.folder}-merged`)))}\``,
  };
}

/** Something else has the name. @param changed what differs from what it was merged of; `undefined` where it was not merged by us */
function taken(context: Context, changed: readonly string[] | undefined): Finding {
  const merged = mergedFolder(context);
  return {
    state: 'blocked',
    code: 'E_MERGED_EXISTS',
    found: changed
      ? `\`${merged.shown}\` was merged of something else: ${some(changed)}`
      : `\`${merged.shown}\` was not made by \`train:merge\``,
    needed: 'a name that is free, or a model of this adapter and base',
    fix: `\`${mergeAgain(context, path.basename(freeName(context, merged.folder)))}\`\nor \`${mergeAgain(context, merged.name, { force: 'merge' })}\`, which keeps the old one under another name`,
  };
}

async function withoutRoom(context: Context, folder: string, needed: number): Promise<Finding | undefined> {
  const { availableBytes, measured } = await context.host.disk.freeSpace(folder);
  const all = needed + headroomOf(needed, context.settings.setup.download.headroom_percent);
  if (availableBytes >= all) return undefined;
  return {
    state: 'blocked',
    code: 'E_MODEL_SPACE',
    found: `${bytes(availableBytes)} free in \`${shown(context.root, measured)}\`, and the merged model takes ${bytes(needed)}`,
    needed: `${bytes(all)} free`,
    fix: `free ${bytes(all - availableBytes)}, or \`--set paths.models_dir=FOLDER\` on a larger disk, with the base in it`,
  };
}
