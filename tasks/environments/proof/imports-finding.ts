import { type TrialResult, trialCount, trialTable } from '../../checks/libraries/library-trial';
import { some } from '../../common/format';
import type { Finding } from '../../engine/step';
import { breakageIn, type Conflict, conflictsIn } from '../../knowledge/conflicts';
import type { Arch } from '../../knowledge/known-builds';
import type { Versions } from '../../knowledge/models';
import { torchBuild } from '../../knowledge/torch';
import { loaderFault } from '../python/loader-fault';
import { environmentFix, trainingFix } from './fix';

/** What is known of the environment that the libraries were tried in. */
interface ImportedEnvironment {
  versions: Versions;
  /** The environment file that it is made of. */
  requirements: string;
  /** It is not what its lock says. */
  differs?: boolean;
  platform: NodeJS.Platform;
  arch?: string;
  /** The variables that it was tried under. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** What the trial of the libraries comes to: a known breakage before a wrong build, and that before an error that nobody knows. */
export function importsFinding(
  tried: readonly TrialResult[],
  { versions, requirements, differs = false, platform, arch = 'x64', env = {} }: ImportedEnvironment,
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
  const mend = (cure: string) => trainingFix(cure, requirements, differs);
  const breakage = knownBreakage(wrong, conflicts);
  if (breakage) return todo(breakage.code, breakage.found, mend(breakage.cure));
  const loader = wrong.map(({ error, causes = '' }) => loaderFault({ env }, `${error} ${causes}`)).find(Boolean);
  if (loader) return { state: 'blocked', needed: 'libraries that load', ...loader, found: `${count}: ${loader.found}`, ...report };
  if (wrongBuild) return todo('E_TORCH_CPU', wrongBuild, `${environmentFix(differs)} brings the build of the lock`);
  const errors = some(
    wrong.map(({ library, error }) => `${library} ${error}`),
    3,
  );
  const [conflict] = conflicts;
  if (!conflict) return todo('E_LIBRARY', errors, environmentFix(differs));
  // What does not go together by the table explains an error that is not known by its text.
  return todo(breakageIn(conflict.symptom)?.code ?? 'E_LIBRARY', `${conflict.text}; ${errors}`, mend(conflict.cure));
}

/** The first error that is known by its text, with all the libraries that it breaks; two packages that it comes from are named. */
function knownBreakage(
  wrong: readonly TrialResult[],
  conflicts: readonly Conflict[],
): { code: string; found: string; cure: string } | undefined {
  const texts = wrong.map(({ library, error, causes = '' }) => ({ library, breakage: breakageIn(`${error} ${causes}`) }));
  const known = texts.find(({ breakage }) => breakage)?.breakage;
  if (!known) return undefined;
  const names = texts.filter(({ breakage }) => breakage?.code === known.code).map(({ library }) => library);
  const conflict = conflicts.find(({ symptom }) => breakageIn(symptom)?.code === known.code);
  const found = `${some(names)} ${names.length === 1 ? 'breaks' : 'break'}, since ${conflict?.text ?? known.means}`;
  return { code: known.code, found, cure: conflict?.cure ?? known.cure };
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
