import { triedTable } from '../checks/tried';
import type { Context } from '../core/context';
import { faultOf, Interrupted, UserError } from '../core/errors';
import { changedInputs, forget, type Inputs, recall, remember } from '../core/state';
import type { Finding, Progress, Step } from '../core/step';
import { some } from '../core/text';
import { pinsOf } from '../parse/pins';
import { requirementsText } from '../venv/requirements';
import { breakageIn, conflictsIn } from '../versions/conflicts';
import { torchBuild } from '../versions/torch';
import { remoteEnvironment } from './definition';
import { script, stateOfEnvironment, trainingVersions } from './state-of-environment';
import { type TriedImport, tryImports } from './try-imports';

const name = 'imports';

/** Each library of the training environment is imported and used, in the environment itself; known breakages are named. */
export const importsStep: Step = {
  name,
  title: 'Import each library',
  async check(context, depth) {
    const now = inputsOf(context);
    if (!now) return { state: 'todo', found: 'the training environment is not there yet', fix: '`npx just conda`' };
    if (depth === 'full') return tryAll(context, () => undefined).catch(findingOfFault);
    const proof = recall(context, name);
    if (!proof) return { state: 'todo', found: 'not tried on this machine yet' };
    const changed = changedInputs(proof.inputs, now);
    return changed.length > 0
      ? { state: 'todo', found: 'tried before, but something changed', changed }
      : { state: 'done', found: proof.found };
  },
  plan: async () => [
    {
      title: 'import each library of the training environment',
      async run(context, progress) {
        forget(context, name);
        const before = inputsOf(context);
        const finding = await tryAll(context, progress);
        if (finding.state === 'done' && before) return remember(context, name, { inputs: before, found: finding.found });
        const { code = 'E_LIBRARY', fix = '`npx just conda --verbose`' } = finding as { code?: string; fix?: string };
        throw new UserError({ code, found: finding.found, fix });
      },
    },
  ],
};

function inputsOf(context: Context): Inputs | undefined {
  const environment = stateOfEnvironment(context);
  return environment && { ...environment, 'libraries to try': librariesOf(context).join(' '), probe: script(context, 'imports.py').hash };
}

/** What the environment file asks for, and triton where torch brought it. */
function librariesOf(context: Context): string[] {
  const asked = pinsOf(requirementsText(context, remoteEnvironment(context)) ?? '').map((pin) => pin.name);
  return [...new Set([...asked, ...(trainingVersions(context).has('triton') ? ['triton'] : [])])];
}

async function tryAll(context: Context, progress: (progress: Progress) => void): Promise<Finding> {
  const tried = await tryImports(context, librariesOf(context), progress);
  const wrong = tried.filter(({ ok }) => !ok);
  const conflicts = conflictsIn(trainingVersions(context));
  const report = { table: triedTable(tried), data: { libraries: tried, conflicts } };
  const cpuBuild = cpuBuildIn(tried);
  if (wrong.length === 0 && !cpuBuild) {
    const warning = conflicts.length > 0 ? { warning: some(conflicts.map(({ text }) => text)) } : {};
    return { state: 'done', found: `${tried.length} of ${tried.length} libraries work`, ...warning, ...report };
  }
  const count = `${tried.length - wrong.length} of ${tried.length} libraries work`;
  const texts = wrong.map(({ library, error, causes = '' }) => ({ library, error, breakage: breakageIn(`${error} ${causes}`) }));
  const known = texts.find(({ breakage }) => breakage)?.breakage;
  if (known) {
    const names = texts.filter(({ breakage }) => breakage?.code === known.code).map(({ library }) => library);
    const found = `${count}: ${some(names)} ${names.length === 1 ? 'breaks' : 'break'}, since ${known.means}`;
    return { state: 'todo', code: known.code, found, fix: cureOf(context, known.cure), ...report };
  }
  if (cpuBuild)
    return {
      state: 'todo',
      code: 'E_TORCH_CPU',
      found: `${count}: ${cpuBuild}`,
      fix: '`npx just conda` brings the build of the lock',
      ...report,
    };
  const errors = some(
    wrong.map(({ library, error }) => `${library} ${error}`),
    3,
  );
  // What does not go together by the table explains an error that is not known by its text.
  const first = conflicts[0];
  if (!first) return { state: 'todo', code: 'E_LIBRARY', found: `${count}: ${errors}`, fix: '`npx just conda`', ...report };
  const code = breakageIn(first.symptom)?.code ?? 'E_LIBRARY';
  return { state: 'todo', code, found: `${count}: ${first.text}; ${errors}`, fix: cureOf(context, first.cure), ...report };
}

/** What mends it: the environment is brought back to its lock, or where it is what the lock says the file is corrected. */
function cureOf(context: Context, cure: string): string {
  if (cure.startsWith('remote.')) return `\`npx just conda --set ${cure}\``;
  const { requirements } = remoteEnvironment(context);
  return `\`npx just conda\`, which brings what the lock says; if \`${requirements}\` was edited, add \`${cure}\` to it`;
}

function cpuBuildIn(tried: readonly TriedImport[]): string | undefined {
  const torch = tried.find(({ library }) => library === 'torch');
  if (!torch?.ok || process.platform !== 'linux') return undefined;
  const expected = torchBuild(torch.version ?? '')?.cuda;
  if (torch.cuda === null) return `torch ${torch.version} is a CPU build, CUDA ${expected ?? '12.1'} is needed`;
  return expected && torch.cuda && torch.cuda.split('.')[0] !== expected.split('.')[0]
    ? `torch ${torch.version} is built for CUDA ${torch.cuda}, ${expected} was expected`
    : undefined;
}

function findingOfFault(error: unknown): Finding {
  if (error instanceof Interrupted) throw error;
  const { code, found, needed = 'an environment that can be tried', fix } = faultOf(error);
  return code === 'E_UNEXPECTED' ? { state: 'unknown', found } : { state: 'blocked', code, found, needed, fix };
}
