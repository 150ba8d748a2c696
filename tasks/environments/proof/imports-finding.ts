import { type TrialResult, trialCount, trialTable } from '../../checks/libraries/library-trial';
import { some } from '../../common/format';
import type { Finding } from '../../engine/step';
import { breakageIn, conflictsIn } from '../../knowledge/conflicts';
import type { Arch } from '../../knowledge/known-builds';
import type { Versions } from '../../knowledge/models';
import { torchBuild } from '../../knowledge/torch';
import { loaderFault } from '../python/loader-fault';
import { trainingFix } from './fix';

/** What is known of the environment that the libraries were tried in. */
interface ImportedEnvironment {
  versions: Versions;
  /** The environment file that it is made of. */
  requirements: string;
  platform: NodeJS.Platform;
  arch?: string;
  /** The variables that it was tried under. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** What the trial of the libraries comes to: a known breakage before a wrong build, and that before an error that nobody knows. */
export function importsFinding(
  tried: readonly TrialResult[],
  { versions, requirements, platform, arch = 'x64', env = {} }: ImportedEnvironment,
): Finding {
  const wrong = tried.filter(({ ok }) => !ok);
  const conflicts = conflictsIn(versions);
  const report = { table: trialTable(tried), data: { libraries: tried, conflicts } };
  const wrongBuild = platform === 'linux' ? wrongTorchBuild(tried, arch === 'arm64' ? 'arm64' : 'x64') : undefined;
  const count = trialCount(tried);
  if (wrong.length === 0 && !wrongBuild) {
    const warning = conflicts.length > 0 ? { warning: some(conflicts.map(({ text }) => text)) } : {};
    return { state: 'done', found: count, ...warning, ...report };
  }
  const todo = (code: string, found: string, fix: string): Finding => ({
    state: 'todo',
    code,
    found: `${count}: ${found}`,
    fix,
    ...report,
  });
  const breakage = knownBreakage(wrong);
  if (breakage) return todo(breakage.code, breakage.found, trainingFix(breakage.cure, requirements));
  const loader = wrong.map(({ error, causes = '' }) => loaderFault({ env }, `${error} ${causes}`)).find(Boolean);
  if (loader) return { state: 'blocked', needed: 'libraries that load', ...loader, found: `${count}: ${loader.found}`, ...report };
  if (wrongBuild) return todo('E_TORCH_CPU', wrongBuild, '`npx just env:remote` brings the build of the lock');
  const errors = some(
    wrong.map(({ library, error }) => `${library} ${error}`),
    3,
  );
  const [conflict] = conflicts;
  if (!conflict) return todo('E_LIBRARY', errors, '`npx just env:remote`');
  // What does not go together by the table explains an error that is not known by its text.
  return todo(breakageIn(conflict.symptom)?.code ?? 'E_LIBRARY', `${conflict.text}; ${errors}`, trainingFix(conflict.cure, requirements));
}

/** The first error that is known by its text, with all the libraries that it breaks. */
function knownBreakage(wrong: readonly TrialResult[]): { code: string; found: string; cure: string } | undefined {
  const texts = wrong.map(({ library, error, causes = '' }) => ({ library, breakage: breakageIn(`${error} ${causes}`) }));
  const known = texts.find(({ breakage }) => breakage)?.breakage;
  if (!known) return undefined;
  const names = texts.filter(({ breakage }) => breakage?.code === known.code).map(({ library }) => library);
  return { ...known, found: `${some(names)} ${names.length === 1 ? 'breaks' : 'break'}, since ${known.means}` };
}

function wrongTorchBuild(tried: readonly TrialResult[], arch: Arch): string | undefined {
  const torch = tried.find(({ library }) => library === 'torch');
  if (!torch?.ok) return undefined;
  const expected = torchBuild(torch.version ?? '', arch)?.cuda;
  if (torch.cuda === null) return `torch ${torch.version} is a CPU build, ${expected ? `CUDA ${expected}` : 'one for CUDA'} is needed`;
  return expected && torch.cuda && torch.cuda.split('.')[0] !== expected.split('.')[0]
    ? `torch ${torch.version} is built for CUDA ${torch.cuda}, ${expected} was expected`
    : undefined;
}
