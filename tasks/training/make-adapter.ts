import * as path from 'node:path';
import { checkAdapter } from '../checkpoints/adapters/check';
import { allZero } from '../checkpoints/adapters/tensors/values';
import { UserError } from '../common/errors';
import { some } from '../common/format';
import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import { askGit } from '../engine/git';
import { projectPaths } from '../engine/paths';
import { makeStateFolder } from '../engine/state';
import type { Progress } from '../engine/step';
import { hashOfScript } from '../environments/proof/training-script';
import { othersOf, workFolder } from './checkpoints';
import { giveName } from './give-name';
import type { TrainingInputs } from './inputs';
import { learnedNothing } from './learned-nothing';
import { modelCard } from './model-card';
import { forEverybody, type RunRecord, writeRunRecord } from './run-record';
import { runTrainingScript } from './run-training-script';

/**
 * Trains, verifies what came of it, writes what it was made of beside it, and only then gives it its name. What is there under that
 * name is kept under another one.
 * @throws UserError of run-training-script.ts, of learned-nothing.ts, E_ADAPTER
 */
export async function makeAdapter(
  context: Context,
  name: string,
  inputs: TrainingInputs,
  progress: (progress: Progress) => void,
): Promise<void> {
  const { host, root } = context;
  const folder = workFolder(context, name, inputs.compared);
  makeStateFolder(host, root);
  host.files.makeFolder(folder);
  const script = hashOfScript(context);
  const result = await runTrainingScript(context, inputs, { name, folder }, progress);
  const made = path.join(folder, 'adapter');
  const report = await checkAdapter(context, made, { base: inputs.model.name, full: true });
  const faults = [...report.config, ...report.weights];
  if (faults.length > 0)
    throw new UserError({
      code: 'E_ADAPTER',
      found: `what was trained is not right: ${some(faults.map(({ message }) => message))}`,
      needed: 'an adapter that fits its configuration and its base model',
      fix: `\`${commandOf(context, 'validate', { env: 'remote', train: '' })}\` shows whether the environment trains`,
    });
  if (report.warnings.includes(allZero)) throw learnedNothing(context, name, inputs, result);
  const record: RunRecord = {
    format: 1,
    name,
    finishedAt: host.now().toISOString(),
    model: { name: inputs.model.name, repo: inputs.base?.repo ?? null, commit: inputs.base?.commit ?? null },
    data: [...inputs.train, ...inputs.validation].map(({ name: file, split, bytes, sha256 }) => ({ file, split, bytes, sha256 })),
    settings: inputs.training,
    git: await commitOf(context),
    script,
    inputs: inputs.compared,
    result,
  };
  writeRunRecord(host, made, record);
  host.files.writeText(path.join(made, 'README.md'), modelCard(record), true, forEverybody);
  giveName(context, made, path.join(projectPaths(context).adapters_dir, name));
  // Only behind the adapter under its name: until then a kill costs the steps since the last checkpoint.
  host.files.remove(folder);
  if (othersOf(context, folder) === 0) host.files.remove(path.dirname(folder));
}

/** The commit of the project, and whether what git tracks differs from it; null where there is none. */
export async function commitOf(context: Context): Promise<RunRecord['git']> {
  const { exitCode, stdout } = await askGit(context, ['rev-parse', '--verify', 'HEAD']);
  if (exitCode !== 0) return null;
  const changes = await askGit(context, ['status', '--porcelain', '--untracked-files=no']);
  return { commit: stdout.trim(), changed: changes.stdout !== '' };
}
