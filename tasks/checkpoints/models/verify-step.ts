import { UserError, usageError } from '../../common/errors';
import { bytes, plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Finding, Progress, Step } from '../../engine/step';
import { adapterAtPath, adapterSteps } from '../adapters/adapter-step';
import { compareContent } from './content';
import { type Expectation, expectationOf } from './expected';
import { factsOf, factsTable, factsText } from './facts';
import type { ScanResult } from './fault';
import { extraWarning, reportsOf } from './file-reports';
import { fixActions, fixFinding } from './fix/fix-config';
import { cureOfAll, ofTheCommit } from './of-the-commit';
import { scanFile } from './scan';
import { type Subject, subjectsOf } from './subject';
import { versionWarnings } from './versions';

/** A step for each adapter, else for each model, or the one folder, that the options name. */
export function verifySteps(context: Context): Step[] {
  if (context.option('path') !== undefined && (context.option('model') ?? context.option('adapter')) !== undefined)
    throw usageError('`--path` names what to look at already', 'leave out `--model` and `--adapter`');
  if (context.option('for') !== undefined && context.option('adapter') === undefined)
    throw usageError('`--for` names a version of PEFT, for an adapter', 'add `--adapter=FOLDER`, or leave it out');
  if (context.option('adapter') !== undefined && context.option('load') !== undefined)
    throw usageError(
      '`--load` loads a model, and no adapter',
      'leave out `--load`: an adapter is held against the PEFT of the environment without it',
    );
  if (context.option('adapter') !== undefined) return adapterSteps(context);
  const asked = context.option('path');
  const adapter = asked === undefined ? undefined : adapterAtPath(context, asked);
  return adapter ? [adapter] : subjectsOf(context).map(verifyStep);
}

/** A step for each enabled model whose folder is there: a machine without models has nothing to verify. */
export const presentModelSteps = (context: Context): Step[] =>
  subjectsOf(context)
    .filter(({ folder }) => context.host.files.stat(folder))
    .map(verifyStep);

export function verifyStep(subject: Subject): Step {
  return {
    name: `verify:${subject.name}`,
    title: `Verify ${subject.name}`,
    check: (context, _, tell) => verify(context, subject, tell),
    plan: async (context) =>
      context.option('fix-config') === undefined ? [] : fixActions(context, subject, expectationOf(context, subject)),
  };
}

async function verify(context: Context, subject: Subject, tell: (progress: Progress) => void = () => undefined): Promise<Finding> {
  const { host, root } = context;
  if (!host.files.stat(subject.folder))
    return {
      state: 'todo',
      code: 'E_MODEL_INCOMPLETE',
      found: `\`${shown(root, subject.folder)}\` is not there`,
      fix: `\`${subject.remedy.download}\``,
      data: { folder: subject.folder, files: [] },
    };
  const expectation = expectationOf(context, subject);
  const looked = scanFile(host, subject.folder, expectation);
  const content = context.option('full') === undefined ? undefined : await contentOf(context, subject, expectation, looked, tell);
  const facts = factsOf(host, subject.folder, expectation, looked);
  const same = ofTheCommit(context, subject.folder, expectation, looked, content?.right);
  const files = reportsOf(context, expectation, looked, subject, same);
  const data = { folder: subject.folder, ...facts, files, ...content?.data };
  // Where it is compared with what another user wrote, a match says only that.
  const about = factsText(facts) + (expectation.tree?.isForeign ? ', by records that others can write' : '');
  const warnings = [...looked.warnings, ...extraWarning(files, expectation), ...(content?.warnings ?? [])];
  const wrong = files.filter(({ state }) => state === 'bad' || state === 'missing');
  if (wrong.length === 0) {
    const evidence = content?.text ?? `${plural(files.filter(({ state }) => state === 'ok').length, 'file')} as they should be`;
    const found = `${about}; ${evidence}`;
    if (subject.pinned && facts.revision && facts.revision !== subject.pinned)
      return {
        state: 'todo',
        code: 'E_MODEL_INCOMPLETE',
        found: `${found}; commit ${subject.pinned.slice(0, 12)} is pinned, ${facts.revision.slice(0, 12)} is there`,
        fix: `\`${subject.remedy.download}\``,
        data,
      };
    const notes = await versionsOrFault(context, subject);
    if ('code' in notes && context.option('fix-config') === undefined) return { ...notes, found: `${found}; ${notes.found}`, data };
    if ('warnings' in notes) warnings.push(...notes.warnings);
    if (context.option('fix-config') !== undefined)
      return fixFinding(context, subject, { state: 'done', found, data, ...warningOf(warnings) }, expectation);
    if (context.option('load') === undefined)
      return { state: 'done', found, data, ...(warnings.length > 0 ? { warning: warnings.join('; ') } : {}) };
    tell({ text: 'loading' });
    return loadFinding(context, subject, expectation, looked, { found, warnings, data });
  }
  const bad = wrong.filter(({ state }) => state === 'bad');
  const found = `${about}; ${wrong.length} of ${expectation.expected.length} files wrong: ${some(
    wrong.map(({ path, message }) => `\`${path}\` ${message}`),
    3,
  )}`;
  const table = factsTable(wrong);
  if (bad.length === 0) {
    const [only, ...others] = wrong;
    const lacksTokenizerAlone = others.length === 0 && only?.problem === 'no-tokenizer';
    const cure = (lacksTokenizerAlone && only.fix) || `\`${subject.remedy.download}\``;
    return { state: 'todo', code: 'E_MODEL_INCOMPLETE', found, fix: cure, table, data };
  }
  const [worst] = bad.filter(({ problem }) => problem === 'shadows').concat(bad.filter(({ problem }) => problem === 'no-weights'));
  if (worst)
    return {
      state: 'blocked',
      code: worst.problem === 'shadows' ? 'E_MODEL_SHADOWED' : 'E_MODEL_FORMAT',
      found,
      needed:
        worst.problem === 'shadows'
          ? 'a folder from which transformers loads the model that was verified'
          : 'weights that transformers loads',
      fix: worst.fix ?? '',
      table,
      data,
    };
  return {
    state: 'blocked',
    code: 'E_MODEL_DAMAGED',
    found,
    needed: `every file as ${facts.revision ? `commit ${facts.revision.slice(0, 12)} has it` : 'the format and the index ask for it'}`,
    fix: cureOfAll(bad, same, expectation.tree?.repo, subject.remedy.repair),
    table,
    data,
  };
}

const warningOf = (warnings: readonly string[]): { warning?: string } => (warnings.length > 0 ? { warning: warnings.join('; ') } : {});

/** Whether the libraries read the folder rightly; `--load` asks them itself. */
async function versionsOrFault(
  context: Context,
  subject: Subject,
): Promise<{ warnings: string[] } | Extract<Finding, { state: 'blocked' }>> {
  if (subject.only !== undefined || context.option('load') !== undefined) return { warnings: [] };
  try {
    return { warnings: await versionWarnings(context, subject) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, found, needed = 'libraries that read the model', fix } = error.fault;
    return { state: 'blocked', code, found, needed, fix };
  }
}

/** Only what is right is loaded. */
async function loadFinding(
  context: Context,
  subject: Subject,
  expectation: Expectation,
  looked: ScanResult,
  so: { found: string; warnings: string[]; data: Record<string, unknown> },
): Promise<Finding> {
  try {
    const { loadModel } = require('./load/load') as typeof import('./load/load');
    const { text, data, warnings } = await loadModel(context, subject, expectation, looked);
    const all = [...so.warnings, ...warnings];
    return {
      state: 'done',
      found: `${so.found}; ${text}`,
      data: { ...so.data, ...data },
      ...(all.length > 0 ? { warning: all.join('; ') } : {}),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, found, needed = 'a model that the environment loads', fix, tail } = error.fault;
    const { download } = subject.remedy;
    // Whoever reads only the cure must not fetch 16 GB again for an environment that is wrong.
    const cure = fix.includes(download) ? fix : `${fix}; the files are right, \`${download}\` has nothing to do`;
    return { state: 'blocked', code, found: `${so.found}; ${found}`, needed, fix: cure, data: so.data, ...(tail ? { tail } : {}) };
  }
}

async function contentOf(
  context: Context,
  { folder }: Subject,
  expectation: Expectation,
  looked: ScanResult,
  onProgress: (progress: Progress) => void,
) {
  // `--plan` and `--check` leave nothing behind, not even what spares the next look its work.
  const remember = context.option('plan') === undefined && context.option('check') === undefined;
  const { readBytes, knownBytes, right } = await compareContent(context, folder, expectation, looked, { remember, onProgress });
  const unrecorded = expectation.expected.filter(({ path, hash }) => !hash && looked.sizes.has(path)).length;
  return {
    text: hashedText(readBytes, knownBytes),
    warnings: unrecorded > 0 ? [`no hash is recorded for ${plural(unrecorded, 'file')}: read, and compared with nothing`] : [],
    data: { hashedBytes: readBytes, unchangedBytes: knownBytes },
    right,
  };
}

/** What a full check read now, and what it knows from an earlier one, in bytes. */
function hashedText(readBytes: number, knownBytes: number): string {
  const earlier = 'hashes of an earlier run, files unchanged';
  if (knownBytes === 0) return `${bytes(readBytes)} hashed`;
  return readBytes === 0
    ? `${bytes(knownBytes)} checked (${earlier})`
    : `${bytes(readBytes + knownBytes)} checked (${bytes(knownBytes)} by ${earlier})`;
}
