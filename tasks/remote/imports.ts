import { environmentFor } from '../conda/pip';
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
import { trainingPrefix, trainingPython } from './python';
import { script, stateOfEnvironment, trainingVersions } from './state-of-environment';

/** How one library did. */
interface Tried {
  library: string;
  ok: boolean;
  version?: string;
  did?: string;
  error?: string;
  /** The error and those behind it. */
  causes?: string;
  where?: string;
  /** CUDA that torch was built for; null for a CPU build. */
  cuda?: string | null;
}

const limitSeconds = 180;
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
  const tried = await run(context, librariesOf(context), progress);
  const wrong = tried.filter(({ ok }) => !ok);
  const conflicts = conflictsIn(trainingVersions(context));
  const report = { table: tableOf(tried), data: { libraries: tried, conflicts } };
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

function cpuBuildIn(tried: readonly Tried[]): string | undefined {
  const torch = tried.find(({ library }) => library === 'torch');
  if (!torch?.ok || process.platform !== 'linux') return undefined;
  const expected = torchBuild(torch.version ?? '')?.cuda;
  if (torch.cuda === null) return `torch ${torch.version} is a CPU build, CUDA ${expected ?? '12.1'} is needed`;
  return expected && torch.cuda && torch.cuda.split('.')[0] !== expected.split('.')[0]
    ? `torch ${torch.version} is built for CUDA ${torch.cuda}, ${expected} was expected`
    : undefined;
}

/** One process tries them all; where one ends it, the rest is tried in another. */
async function run(context: Context, libraries: readonly string[], progress: (progress: Progress) => void): Promise<Tried[]> {
  const python = trainingPython(context) ?? '';
  const prefix = trainingPrefix(context) ?? '';
  const scratch = context.host.files.temporaryFolder('just-lora-imports-');
  const tried: Tried[] = [];
  try {
    while (tried.length < libraries.length) {
      const rest = libraries.slice(tried.length);
      const result = await context.host.processes.run(python, ['-B', script(context, 'imports.py').file, String(limitSeconds), ...rest], {
        cwd: scratch,
        env: { ...environmentFor(context, prefix), ...quiet(scratch) },
        timeoutMs: (limitSeconds * 2 + 20 * rest.length) * 1000,
        onLine: (line) => {
          const begun = /^\{"begins": "(.*)"\}$/.exec(line)?.[1];
          if (begun) progress({ text: begun });
        },
      });
      const answers = answersIn(result.stdout);
      const done = answers.filter((answer): answer is Tried => 'library' in answer);
      tried.push(...done);
      if (done.length === rest.length) break;
      const begun = rest[done.length];
      if (!begun || answers.length === 0)
        throw new UserError({
          code: 'E_PYTHON_BROKEN',
          found: `the Python of the training environment does not run (exit code ${result.exitCode})`,
          tail: result.tail,
          fix: '`npx just conda --force`',
        });
      const how = /^Timeout \(/m.test(result.stderr)
        ? `hangs: no end after ${limitSeconds} s`
        : `ends Python (exit code ${result.exitCode})`;
      tried.push({ library: begun, ok: false, error: how, causes: result.tail });
    }
  } finally {
    context.host.files.remove(scratch);
  }
  return tried;
}

/** Nothing is fetched, nothing is told to anybody, and what a library writes goes to the scratch folder. */
export const quiet = (scratch: string): Record<string, string | undefined> => ({
  HOME: scratch,
  TMPDIR: scratch,
  XDG_CACHE_HOME: scratch,
  HF_HOME: scratch,
  HF_DATASETS_CACHE: undefined,
  HF_HUB_OFFLINE: '1',
  TRANSFORMERS_OFFLINE: '1',
  HF_DATASETS_OFFLINE: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  HF_TOKEN: undefined,
  HUGGING_FACE_HUB_TOKEN: undefined,
  WANDB_DISABLED: 'true',
  WANDB_MODE: 'disabled',
  TOKENIZERS_PARALLELISM: 'false',
  BITSANDBYTES_NOWELCOME: '1',
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
});

function answersIn(stdout: string): (Tried | { begins: string })[] {
  return stdout.split('\n').flatMap((line) => {
    try {
      const answer = JSON.parse(line) as Tried | { begins: string };
      return 'begins' in answer || 'library' in answer ? [answer] : [];
    } catch {
      return [];
    }
  });
}

function findingOfFault(error: unknown): Finding {
  if (error instanceof Interrupted) throw error;
  const { code, found, needed = 'an environment that can be tried', fix } = faultOf(error);
  return code === 'E_UNEXPECTED' ? { state: 'unknown', found } : { state: 'blocked', code, found, needed, fix };
}

const tableOf = (tried: readonly Tried[]): string[][] => [
  ['library', 'version', 'works', 'what it did'],
  ...tried.map(({ library, version = '', ok, did, error, where }) => [
    library,
    version,
    ok ? 'yes' : 'no',
    (ok ? did : [error, where && `(${where})`].filter(Boolean).join(' ')) ?? '',
  ]),
];
