import { newestPeft, readsAdapterNameSince } from '../../../knowledge/peft';
import { atLeast } from '../../../knowledge/satisfies';
import type { AdapterReport } from '../check';
import { type AdapterFindings, noFindings } from '../fault';
import type { PeftEnvironment } from './peft-environment';
import { judgeVersion, type VersionVerdict } from './versions';

/** What versions of PEFT say against an adapter. */
export interface PeftFindings extends AdapterFindings {
  /** For the document: what it is held against, and the first version that does all of it. */
  peft: { version: string; from: string; loads: boolean; needs: string } | null;
  /** A copy without what the version does not know is the same adapter. */
  isMended: boolean;
}

/** Holds an adapter against the PEFT of its environment, or of `--for`; without one, against those of the profiles. And against the newest. */
export function peftFindings({ settings, weights, patterns }: AdapterReport, { peft, profiles }: PeftEnvironment): PeftFindings {
  const findings = noFindings();
  if (!settings) return { ...findings, peft: null, isMended: false };
  const newest = judgeVersion(settings, newestPeft, patterns);
  if (newest.problem !== undefined && (peft === undefined || newest.meaning.length > 0))
    findings.warnings.push(`${newest.problem}, the newest that is known here`);
  if (!peft) {
    const judged = profiles.map((profile) => ({ ...profile, ...judgeVersion(settings, profile.version, patterns) }));
    const failing = judged.filter(({ problem }) => problem !== undefined);
    const [first] = failing;
    if (first)
      findings.warnings.push(
        `${failing.map(({ from, version }) => `${from} (PEFT ${version})`).join(' and ')} will not load it: ${first.problem}; ${cure(first)}`,
      );
    return { ...findings, peft: null, isMended: false };
  }
  const verdict = judgeVersion(settings, peft.version, patterns);
  if (verdict.problem !== undefined)
    findings.config.push({
      problem: 'adapter-peft',
      message: `does not load in ${peft.from}: ${verdict.problem}`,
      fix: cure({ ...verdict, version: peft.version }),
    });
  const names = weights.some(({ problem }) => problem === 'adapter-name');
  if (names && atLeast(peft.version, readsAdapterNameSince))
    findings.warnings.push(
      `PEFT ${readsAdapterNameSince} and later match a name with \`default\` in it, where the adapter is loaded under that name`,
    );
  return {
    ...findings,
    peft: { ...peft, loads: verdict.problem === undefined && !names, needs: verdict.needs },
    // Patterns that could not be held against any tensor may mean something else there.
    isMended: verdict.meaning.length === 0 && (patterns !== undefined || settings.rankPattern.size + settings.alphaPattern.size === 0),
  };
}

/** A copy where nothing is lost with it, else a newer PEFT. */
const cure = ({ version, meaning, needs, needsPython }: VersionVerdict & { version: string }): string =>
  needsPython
    ? '`npx just setup:local` makes an environment whose Python judges them, or `--python=PROGRAM` names one'
    : meaning.length === 0
      ? `\`npx just model:verify --adapter=FOLDER --for=${version}\` writes a copy that loads there`
      : `${meaning.join(', ')} ${meaning.length === 1 ? 'means' : 'mean'} something, so no copy helps: ${needs} is needed`;
