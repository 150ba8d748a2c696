import * as path from 'node:path';
import { authoredText } from '../common/authored-text';
import { bytes, plural, shellWord, some } from '../common/format';
import { freeName, moveAside } from '../engine/aside';
import type { Context } from '../engine/context';
import { isMovableFile } from '../engine/needed';
import { shown } from '../engine/paths';
import type { Finding, Step } from '../engine/step';
import { takenBy } from '../engine/taken';
import { offerOf } from './cards';
import { changedLines } from './changed-lines';
import type { Engine } from './engine';
import { type Job, jobOf } from './job';
import { placeOf } from './place';

interface Seen {
  file: string;
  text: string;
}

/** The file of an engine is done when it says what the settings make of it now. */
export function exportStep(name: string, engine: Engine): Step<Seen> {
  return {
    name: 'export',
    title: `Write the file for ${engine.title}`,
    async check(context) {
      const { host, root } = context;
      const job = jobOf(context);
      const none = withoutCard(job, engine);
      if (none) return none;
      const file = path.resolve(root, context.option('output') ?? engine.file);
      const shownFile = shown(root, file);
      const text = authoredText(headOf(commandOf(name, context)), `${engine.text(job, await placeOf(context, file)).join('\n')}\n`);
      const taken = await obstacleOf(context, name, file, text, engine);
      if (taken) return taken;
      const before = host.files.readText(file);
      const offer = offerOf(job, (card) => engine.knows(card));
      const titles = offer.cards.map(({ title }) => title);
      const data = { path: file, engine: name, cards: titles, leftOut: offer.dear.map(({ title }) => title), text };
      const seen = { file, text };
      const warning = job.data.length === 0 && !job.isDataElsewhere ? { warning: 'there are no rows in data_processed yet' } : {};
      const on = `for ${plural(titles.length, 'kind')} of cards: ${some(titles, 6)}`;
      if (before === text) return { state: 'done', found: `\`${shownFile}\` is what the settings make, ${on}`, data, seen, ...warning };
      if (before === undefined) return { state: 'todo', found: `\`${shownFile}\` does not exist yet, ${on}`, data, seen };
      const changed = changedLines(before, text);
      const table = changed.length > 0 ? [['what changes'], ...changed.map((line) => [line])] : [];
      return { state: 'todo', found: `\`${shownFile}\` is not what the settings make now`, changed, table, data, seen };
    },
    async plan(context, seen) {
      if (!seen) return [];
      return [
        {
          title: `write \`${shown(context.root, seen.file)}\``,
          run: async ({ host }) => host.files.writeText(seen.file, seen.text),
        },
      ];
    },
  };
}

const headOf = (command: string): string[] => [
  `# Written by \`${command}\` from the settings of this project; the same command writes it anew where they changed.`,
  '# What you change here is never written over: then the command says so. Change the settings, or keep it under another name.',
];

/** The command that makes the same file again. */
function commandOf(name: string, { option }: Context, output = option('output')): string {
  const options = ['model', 'name', 'output', 'keep'].flatMap((each) => {
    const value = each === 'output' ? output : option(each);
    return value === undefined ? [] : [` --${each}=${shellWord(value)}`];
  });
  return `npx just export --to=${name}${options.join('')}${option('no-token') === undefined ? '' : ' --no-token'}`;
}

function withoutCard(job: Job, engine: Engine): Finding | undefined {
  if (offerOf(job, (card) => engine.knows(card)).cards.length > 0) return undefined;
  const [first] = job.fits;
  const found = first
    ? `${job.model} needs ${bytes(first.estimate.total)} with these settings, and no card that ${engine.title} knows has that and 15 % more`
    : `what ${job.model} needs is not known before it is downloaded`;
  return {
    state: 'blocked',
    code: 'E_NO_CARD',
    found,
    needed: 'a card on which the training fits with room to spare',
    fix: first
      ? '`npx just gpu --estimate --cards` shows which batch fits on which card\nor name it for this run: `--set training.arguments.batch_size=1`'
      : `\`npx just model:download --model=${shellWord(job.model)}\``,
  };
}

async function obstacleOf(context: Context, task: string, file: string, text: string, engine: Engine): Promise<Finding | undefined> {
  const { root, host } = context;
  const taken = takenBy(context, file, text, 'export');
  if (!taken) return undefined;
  const name = shown(root, file);
  const lines = taken.is === 'edited' ? changedLines(host.files.readText(file) ?? '', text) : [];
  // What `export` wrote and a person changed may be moved, wherever git has it.
  const isMovable = taken.is === 'edited' || (await isMovableFile(context, file));
  const usual = path.join(root, engine.file);
  const other = takenBy(context, usual, text, 'export') ? freeName(context, usual, path.extname(usual)) : usual;
  const isMeant = taken.is === 'folder' && context.option('output') !== undefined;
  return {
    state: 'blocked',
    code: 'E_OUTPUT_TAKEN',
    found: `\`${name}\` ${taken.what}`,
    needed: 'a free name, or a file that `export` wrote and nobody changed',
    // A folder that was named is where the file should go; nobody wants the folder itself moved.
    fix: isMeant
      ? `name the file in it: \`--output=${shellWord(path.join(name, path.basename(engine.file)))}\``
      : isMovable
        ? `${moveAside(context, file)}\nor write beside it: \`--output=NAME\``
        : `name another file: \`${commandOf(task, context, shown(root, other))}\``,
    ...(lines.length > 0 ? { table: [['- it has, + the settings make'], ...lines.map((line) => [line])] } : {}),
  };
}
