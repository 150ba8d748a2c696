import { plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import { changedInputs, deleteProof, type Inputs, readProof, writeProof } from '../../engine/state';
import type { Action, Look, Progress, Step } from '../../engine/step';
import { kindOf } from '../kinds';
import { lookAtData } from '../look-at-data';
import { type DataFile, dataFiles, stampOf } from '../rows/data-files';
import { fixFile } from './fix-file';
import { fixesText } from './fixes-text';
import { targetsOf } from './targets';
import { isTaken, isWritten, type ToFix, taken, writeFixed } from './write-fixed';

const fixedEnding = /\.fixed\.jsonl$/;

/** What the files come to: plain values, as a proof keeps them. */
interface FixState {
  toFix: ToFix[];
  left: string[];
  /** What a person has to mend in the files that were written. */
  rest: string[];
}

/** Raised where something else is mended in the same row. */
const rules = '3';
const name = 'data-fix';

/**
 * Mends in the data what has one right answer, each file into a new one beside it: `train.jsonl` into `train.fixed.jsonl`. Whether it
 * was done is seen by the bytes of that file; one that holds something else is a person's, and stays. What was written is remembered
 * by the size and time of all files.
 */
export const dataFixStep: Step<ToFix[]> = {
  name,
  title: 'Mend the training data',
  async check(context, _depth, tell = () => undefined): Promise<Look<ToFix[]>> {
    const files = unmended(context);
    if (files.length === 0) return { state: 'done', found: 'no file of rows' };
    const known = remembered(context);
    if (known) return doneBy(context, known, files);
    const { toFix, left } = await whatToFix(context, files, tell);
    for (const each of toFix)
      if (isTaken(context, each) && !(await isWritten(context, each))) return { state: 'blocked', ...taken(context, each) };
    const open = toFix.filter((each) => !isTaken(context, each));
    if (open.length > 0) return { state: 'todo', found: toldOf(toFix), data: dataOf(context, { toFix, left }), seen: open };
    return doneBy(context, { toFix, left, rest: await whatStays(context, toFix) }, files);
  },
  async plan(_context, seen = []) {
    if (seen.length === 0) return [];
    const writes = seen.map(
      ({ file, target, fixes, sha256 }): Action<ToFix[]> => ({
        title: `write ${target.slice(target.lastIndexOf('/') + 1)}: ${fixesText(fixes)}`,
        run: async (context, progress) => {
          deleteProof(context, name);
          await writeFixed(context, { file, target, fixes, sha256 }, progress);
        },
      }),
    );
    return [...writes, { title: 'look at what stays for a person to mend', run: remember }];
  },
};

/** Files to mend. A `.fixed.jsonl` whose first file was moved away is one as any other. */
function unmended(context: Context): DataFile[] {
  const files = dataFiles(context);
  const targets = new Set(targetsOf(files.filter(({ path, parquet }) => !parquet && !fixedEnding.test(path))).values());
  return files.filter(({ path }) => !targets.has(path));
}

const toldOf = (toFix: readonly ToFix[]): string => toFix.map(({ file, fixes }) => `\`${file.name}\`: ${fixesText(fixes)}`).join('; ');

const dataOf = (context: Context, { toFix, left }: Pick<FixState, 'toFix' | 'left'>) => ({
  files: toFix.map(({ file, target, fixes }) => ({ file: file.name, fixed: shown(context.root, target), fixes })),
  left,
});

function doneBy(context: Context, state: FixState, files: readonly DataFile[]): Look<ToFix[]> {
  const { toFix, left, rest } = state;
  const stays = [...left, ...rest];
  const warnings = [
    ...toFix.map(
      ({ file, target }) =>
        `a training would read \`${file.name}\` and \`${shown(context.root, target)}\`: move the first away, to data/raw`,
    ),
    ...(stays.length > 0 ? [`these have more than one answer, so they stay for you to mend: ${some(stays)}`] : []),
  ];
  const found = toFix.length > 0 ? `mended ${toldOf(toFix)}` : `nothing to mend in ${plural(files.length, 'file')} of rows`;
  return { state: 'done', found, ...(warnings.length > 0 ? { warning: warnings.join('; ') } : {}), data: dataOf(context, state) };
}

/** Looks at all files again, and remembers what they come to where nothing changed meanwhile. */
async function remember(context: Context, tell: (progress: Progress) => void): Promise<void> {
  const inputs = inputsOf(context);
  const { toFix, left } = await whatToFix(context, unmended(context), tell);
  for (const each of toFix) if (!(await isWritten(context, each))) return;
  const state: FixState = { toFix, left, rest: await whatStays(context, toFix) };
  writeProof(context, name, { inputs, found: toldOf(toFix), data: { state } });
}

function remembered(context: Context): FixState | undefined {
  const proof = context.forced(name) ? undefined : readProof(context, name);
  const state = proof?.data?.['state'] as FixState | undefined;
  return proof && state && changedInputs(proof.inputs, inputsOf(context)).length === 0 ? state : undefined;
}

/** Every file of rows as it is now, those that were written too. */
const inputsOf = (context: Context): Inputs =>
  Object.fromEntries([...dataFiles(context).map(({ path, name }) => [name, stampOf(context, path)]), ['the rules', rules]]);

async function whatToFix(context: Context, files: readonly DataFile[], tell: (progress: Progress) => void) {
  const [toFix, left]: [ToFix[], string[]] = [[], []];
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let doneBytes = 0;
  const targets = targetsOf(files.filter(({ parquet }) => !parquet));
  for (const file of files) {
    const target = targets.get(file.path);
    if (target === undefined) continue;
    context.host.processes.throwIfInterrupted();
    const {
      fixes,
      sha256,
      left: why,
      stay,
    } = await fixFile(
      file,
      () => context.host.processes.throwIfInterrupted(),
      (more) => {
        doneBytes = Math.min(doneBytes + more, totalBytes);
        tell({ text: file.name, doneBytes, totalBytes });
      },
    );
    if (stay) left.push(`\`${file.name}:${stay.line}\`: ${stay.why}${stay.count > 1 ? `, and so in ${stay.count - 1} more` : ''}`);
    if (why !== undefined) left.push(`\`${file.name}\`: ${why}`);
    else if (Object.keys(fixes).length === 0) continue;
    else if (file.isLinked) left.push(`\`${file.name}\`: a link leads to it, and nothing is written there`);
    else toFix.push({ file, target, fixes, sha256 });
  }
  return { toFix, left };
}

/** Kinds that are errors in what was mended, with their counts. */
async function whatStays(context: Context, toFix: readonly ToFix[]): Promise<string[]> {
  const mended = dataFiles(context).filter(({ path }) => toFix.some(({ target }) => target === path));
  const reports = await lookAtData(context, mended, { templates: [] }, () => undefined);
  return reports.flatMap(({ file, tallies }) =>
    Object.entries(tallies)
      .filter(([kind]) => kindOf(kind).level === 'error')
      .map(([kind, { count, first }]) => `${kind} (${count}, the first in \`${file.name}:${first.line}\`)`),
  );
}
