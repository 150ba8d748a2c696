import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { shellWord } from '../../common/format';
import { type Changes, commandOf } from '../../engine/command';
import type { Context } from '../../engine/context';
import { absolute, projectPaths, shown } from '../../engine/paths';
import { configuredAt, type Model, modelsOf } from '../../hub/model/models';
import type { FileChoice } from '../../hub/model/selection';
import { readModelRecord } from '../../hub/store/model-record';
import { isCommitHash } from '../../untrusted/hashes';
import type { Remedy } from './problems';

/** One folder, or one file, that a run looks at. */
export interface Subject {
  /** The model's name, else the folder as it was given. */
  name: string;
  folder: string;
  /** The option that means it in a command that we name: `--model=NAME`, `--path=FOLDER`. */
  asked: string;
  /** Where a single file was named: its name in the folder. */
  only?: string;
  /** True where the folder was named and not a model: what is not there cannot be known to be missing. */
  loose: boolean;
  choice: FileChoice;
  remedy: Remedy;
  /** The one commit that is wanted, where the settings or the option name one. */
  pinned?: string;
}

/**
 * What `--path`, else `--model`, means.
 * @throws UserError E_USAGE as `modelsOf`, E_MODEL_PATH where nothing is at the path
 */
export function subjectsOf(context: Context): Subject[] {
  const asked = context.option('path');
  if (asked !== undefined) return [subjectAt(context, asked)];
  return modelsOf(context).map((model) => subjectOf(context, model));
}

const subjectOf = (context: Context, model: Model): Subject => ({
  name: model.name,
  folder: model.folder,
  asked: `--model=${model.asked}`,
  loose: false,
  choice: model,
  remedy: remedyOf(context, model.asked),
  ...(isCommitHash(model.revision) ? { pinned: model.revision } : {}),
});

/** The model, or the file, at a path. @throws UserError E_MODEL_PATH where nothing is there */
export function subjectAt(context: Context, asked: string): Subject {
  const target = absolute(context, asked);
  const stat = context.host.files.stat(target);
  if (!stat)
    throw new UserError({
      code: 'E_MODEL_PATH',
      found: `nothing is at \`${shown(context.root, target)}\``,
      needed: 'a folder with a model, or a safetensors file',
      fix: 'name a folder that is there, or bring the model with `npx just model:download --model=NAME_OR_REPO`',
    });
  const folder = stat.isDirectory() ? target : path.dirname(target);
  const known = configuredAt(context, folder);
  const { include, exclude } = context.settings.setup.download;
  const repo = readModelRecord(context.host, folder)?.repo;
  return {
    ...(known
      ? subjectOf(context, known)
      : { folder, asked: '', choice: { include, exclude }, remedy: remedyOf(context, repo ?? guessed(context, folder)) }),
    name: shown(context.root, target),
    asked: `--path=${shellWord(shown(context.root, target))}`,
    loose: true,
    ...(stat.isDirectory() ? {} : { only: path.basename(target) }),
  };
}

/** A folder that no record names: what to write for the model is the reader's to know. */
const guessed = (context: Context, folder: string): string =>
  path.dirname(folder) === projectPaths(context).models_dir ? `OWNER/${path.basename(folder)}` : 'OWNER/NAME';

function remedyOf(context: Context, model: string): Remedy {
  const command = (changes: Changes) => commandOf(context, 'model:download', { model, ...changes });
  return { download: command({}), repair: command({ repair: '' }) };
}
