import { bytes, plural } from '../common/format';
import { sha256 } from '../common/hash';
import type { Context } from '../engine/context';
import { absolute, below, projectPaths, shown } from '../engine/paths';
import { changedInputs, deleteProof, type Inputs, readProof, writeProof } from '../engine/state';
import type { Finding, Look, Step } from '../engine/step';
import { kindOf } from './kinds';
import { fetchTokenizers } from './length/tokenizer-files';
import { readsWithOldDatasets } from './old-datasets';
import type { DataReport } from './report/document';
import { findingOf, sentenceOf } from './report/finding';
import { type DataFile, dataFiles, stampOf } from './rows/data-files';
import { isThereData, leftOut } from './rows/left-out';
import { templateFiles } from './template/model-template';

/** Raised where the look finds something else in the same data: a proof of before says nothing then. */
const rules = '9';
const name = 'data';

/** What reads rows is loaded where they have to be read: a look that knows them already takes a fraction of that time. */
const judgeRows: typeof import('./judge-rows').judgeRows = (...args) =>
  (require('./judge-rows') as typeof import('./judge-rows')).judgeRows(...args);

/**
 * The look at the data as part of another task: left out where there is none, and a warning unless `data.gate` says otherwise. It is
 * a mere look: one that acted would have the other steps look again. What `data:check` found is taken where it still holds.
 */
export function dataSteps(context: Context): Step[] {
  if (!isThereData(context)) return [];
  const { gate } = context.settings.setup.data;
  const { name, title, check } = dataStep(gate);
  return [
    {
      name,
      title,
      async check(context, depth, tell): Promise<Finding> {
        const known = await check(context, depth);
        return known.state === 'todo' ? check(context, 'full', tell) : known;
      },
    },
  ];
}

/** Whether one of these folders or files of the project holds the data, or lies in it. */
export function isPushed(context: Context, pushed: readonly string[]): boolean {
  const data = projectPaths(context).data_processed;
  return pushed
    .map((each) => absolute(context, each.replace(/\?$/, '')))
    .some((folder) => folder === data || below(folder, data) !== undefined || below(data, folder) !== undefined);
}

/**
 * The rows of `data_processed`, judged. What was found is remembered by the size and time of each file: a second look takes
 * milliseconds.
 * @param gate whether errors block
 */
export function dataStep(gate: 'warn' | 'block'): Step<true> {
  return {
    name,
    title: 'Look at the training data',
    async check(context, depth, tell, acted): Promise<Look<true>> {
      const files = dataFiles(context);
      if (files.length === 0) return noData(context, gate);
      if (depth === 'full') return findingOf(await judgeRows(context, files, tell ?? (() => undefined)), gate);
      // What is blocked by its errors is looked at again too.
      if (context.forced(name) && !acted) return { state: 'todo', found: `${told(files)} to be looked at again`, seen: true };
      const proof = readProof(context, name);
      const report = proof?.data?.['data'] as DataReport | undefined;
      if (!proof || !report) return { state: 'todo', found: `${told(files)} not looked at yet` };
      const changed = changedInputs(proof.inputs, await inputsOf(context, files));
      return changed.length > 0 ? { state: 'todo', found: 'looked at before, but something changed', changed } : findingOf(report, gate);
    },
    async plan(context) {
      return [
        {
          title: `look at ${told(dataFiles(context))}`,
          async run(context, progress) {
            deleteProof(context, name);
            const files = dataFiles(context);
            const without = await fetchTokenizers(context, (text) => progress({ text }));
            const inputs = await inputsOf(context, files);
            const report = await judgeRows(context, files, progress, { withoutTokenizer: without, compares: true });
            // What changed while it was looked at is not vouched for.
            writeProof(context, name, { inputs, found: told(files), data: { data: report } });
          },
        },
      ];
    },
  };
}

/** What the look rests on: files, settings, the rules. */
async function inputsOf(context: Context, files: readonly DataFile[]): Promise<Inputs> {
  const others = templateFiles(context).map((path) => ({ path, name: shown(context.root, path) }));
  const stamps = [...files, ...others].map(({ path, name }) => [name, stampOf(context, path)]);
  const { lora, quantization, arguments: run, attention, processes } = context.settings.training;
  const settings = sha256(JSON.stringify({ lora, quantization, run, attention, processes }));
  const reader = files.some(({ parquet }) => parquet)
    ? { 'the datasets of the profile': (await readsWithOldDatasets(context, files)) ? 'before 4' : '4 or newer' }
    : {};
  const beside = Object.fromEntries(leftOut(context, files).map(({ file, kind }) => [file, kind]));
  return { ...beside, ...Object.fromEntries(stamps), ...reader, 'the training settings': settings, 'the rules': rules };
}

const told = (files: readonly DataFile[]): string =>
  `${plural(files.length, 'file')} of rows, ${bytes(files.reduce((sum, file) => sum + file.bytes, 0))}`;

function noData(context: Context, gate: 'warn' | 'block'): Finding {
  const folder = shown(context.root, projectPaths(context).data_processed);
  const [first] = leftOut(context, []);
  const found = [`no file of rows in \`${folder}\``, ...(first ? [sentenceOf(first)] : [])].join('; ');
  const fix = first ? kindOf(first.kind).fix : `write the examples to \`${folder}/train.jsonl\`, one a line`;
  if (gate === 'warn') return { state: 'done', found: `no file of rows in \`${folder}\``, warning: `${found}; ${fix}` };
  return { state: 'blocked', code: 'E_DATA_NONE', found, needed: '`.jsonl`, `.json` or `.parquet`, compressed with gzip or not', fix };
}
