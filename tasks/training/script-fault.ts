import * as path from 'node:path';
import type { Fault } from '../common/errors';
import { shellWord } from '../common/format';
import { freeName } from '../engine/aside';
import { commandOf } from '../engine/command';
import type { Context } from '../engine/context';
import { shown } from '../engine/paths';
import { withSetting } from './with-setting';

/** What an exception of the training script means, by its name: those that say themselves what is wrong. */
const kinds: Readonly<Record<string, (said: string, context: Context) => Fault>> = {
  Refused: (said, context) => ({
    code: 'E_TRAIN_ROWS',
    found: said,
    needed: 'rows whose answers are known, since the loss is on them',
    fix: `mend or remove these rows; \`${commandOf(context, 'data:check')}\` looks at all of them`,
  }),
  TooLong: (said, context) => ({
    code: 'E_TRAIN_ROWS',
    found: said,
    needed: 'a row whose answer begins before `training.arguments.max_seq_length`',
    fix: `\`${withSetting(context, 'max_seq_length', context.settings.training.arguments.max_seq_length * 2)}\`, or shorten the prompts\n\`${commandOf(context, 'data:check')}\` tells how long the rows are`,
  }),
  NoRows: (said) => ({
    code: 'E_DATA_NONE',
    found: said,
    needed: 'rows to train on',
    fix: 'write the examples to `data/processed/train.jsonl`, one a line\nwhere they are on the laptop: `npx just sync:push` there',
  }),
  UnknownTargets: (said) => ({
    code: 'E_TARGET_MODULES',
    found: said,
    needed: 'names of its layers: peft trains those that it finds and silently ignores the others',
    fix: 'name some that it has, as `target_modules: [q_proj, v_proj]` under `lora:` in configs/training_config.yaml',
  }),
  NotFinite: (said, context) => ({
    code: 'E_TRAINING',
    found: said,
    needed: 'a loss that is a number',
    fix: `a lower rate: \`${withSetting(context, 'learning_rate', context.settings.training.arguments.learning_rate / 10)}\``,
  }),
  Damaged: damaged,
  Stopped: (said) => ({
    code: 'E_TRAIN_STOPPED',
    found: said,
    needed: 'the time for all steps',
    fix: 'run the same command again: it goes on from that checkpoint',
  }),
};

/** The fault that the training script names by its exception, `KIND: words`; `undefined` for any other. */
export function scriptFault(context: Context, error: string): Fault | undefined {
  const [, kind = '', said = ''] = /^(\w+): (.*)$/s.exec(error) ?? [];
  return Object.hasOwn(kinds, kind) ? kinds[kind]?.(said, context) : undefined;
}

/** A checkpoint that cannot be read. It is moved out of the folder in which transformers counts those that stay. */
function damaged(said: string, context: Context): Fault {
  const [, folder = '', why = said] = /^(.*?checkpoint-\d+): (.*)$/s.exec(said) ?? [];
  const aside = freeName(context, path.join(path.dirname(folder), '..', `damaged-${path.basename(folder)}`));
  const [from, to] = [folder, aside].map((place) => shellWord(shown(context.root, place)));
  return {
    code: 'E_TRAINING',
    found: `the checkpoint \`${shown(context.root, folder)}\` cannot be gone on from: ${why.slice(0, 300)}`,
    needed: 'a checkpoint as it was written',
    fix: `\`mv ${from} ${to} && ${commandOf(context)}\` goes on from the one before it, else from the beginning`,
  };
}
