import * as path from 'node:path';
import { UserError } from '../common/errors';
import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import type { Progress } from '../engine/step';
import { runProgram } from '../environments/proof/run-program';
import { trainingError } from '../environments/proof/training-error';
import { adapterFolder, mergedFolder } from './folders';
import { giveName } from './give-name';
import { type MergeFacts, type MergeInputs, type MergeRecord, mergeRecordName } from './merge-record';
import { forEverybody } from './run-record';

const script = path.join(__dirname, 'merge.py');

const stages: Readonly<Record<string, string>> = {
  import: 'loading the libraries',
  model: 'loading the base model',
  adapter: 'adding the adapter',
  merge: 'merging',
  save: 'saving the model',
  reload: 'loading what was saved',
};

/**
 * Merges beside the final place, proves it, writes down what it was made of, and only then gives it its name. What has that name is
 * kept under another one; what a merge that was killed left is removed.
 * @throws UserError E_MERGE, E_DISK_FULL, or the code of a known breakage
 */
export async function makeMerged(context: Context, inputs: MergeInputs, progress: (progress: Progress) => void): Promise<void> {
  const { host } = context;
  const [adapter, merged] = [adapterFolder(context), mergedFolder(context)];
  const made = path.join(path.dirname(merged.folder), `.${merged.name}.merging`);
  host.files.remove(made);
  host.files.makeFolder(made);
  try {
    const job = { base: inputs.base, adapter: inputs.adapter, folder: made, repo: inputs.repo, dtype: inputs.dtype };
    const ended = await runProgram<MergeFacts & { ok: true }>(context, script, () => job, {
      env: { CUDA_VISIBLE_DEVICES: '' },
      onLine(line) {
        const stage = /^stage: (\w+)$/.exec(line)?.[1];
        if (stage) progress({ text: stages[stage] ?? stage });
      },
    });
    if (!ended.result?.ok) {
      const failed = {
        code: 'E_MERGE',
        what: 'the merge ended',
        needed: 'a base model and an adapter that go together, and memory for the base',
        elsewhere: `mend what it names, in \`${adapter.shown}\` or its base\n\`${commandOf(context, 'model:verify', { adapter: adapter.shown, full: '' })}\` looks at the adapter`,
        // The system ends what takes more memory than there is, and Python has no last word.
        ...(ended.result ? {} : { fix: 'free memory, four bytes for each weight of the base; `free -g` shows what there is' }),
        onProcessor: true,
        writes: [made],
      };
      throw await trainingError(context, ended, failed);
    }
    const { ok: _, ...result } = ended.result;
    if (result.adapterDifference === 0)
      throw new UserError({
        code: 'E_MERGE',
        found: `\`${adapter.shown}\` changes no answer of its base: it has learned nothing`,
        needed: 'an adapter that was trained',
        fix: `\`${commandOf(context, 'model:verify', { adapter: adapter.shown, full: '' })}\` looks at its values`,
      });
    const record: MergeRecord = {
      format: 1,
      finishedAt: host.now().toISOString(),
      base: { name: path.basename(inputs.base), repo: inputs.repo },
      adapter: { name: adapter.name },
      inputs: inputs.compared,
      result,
    };
    host.files.writeText(path.join(made, mergeRecordName), `${JSON.stringify(record, null, 2)}\n`, true, forEverybody);
    giveName(context, made, merged.folder);
  } finally {
    host.files.remove(made);
  }
}
