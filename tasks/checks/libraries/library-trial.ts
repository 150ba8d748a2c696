import { fieldsOf, tryParse } from '../../untrusted/json';

/** How one library did that was imported in an environment's own Python. */
export interface TrialResult {
  library: string;
  ok: boolean;
  version?: string;
  /** What it did, in words. */
  did?: string;
  /** It brings no module: programs or data alone. It counts neither as working nor as broken. */
  nothing?: boolean;
  /** Worth knowing, though it works. */
  note?: string;
  /** Why it does not work. */
  error?: string;
  /** The error and those behind it; the last words of a Python that ended. */
  causes?: string;
  /** The file and line where it broke. */
  where?: string;
  /** It is not installed at all. */
  missing?: boolean;
  /** CUDA that torch was built for; null for a CPU build. */
  cuda?: string | null;
  ms: number;
}

/** The answers among what Python printed, one JSON object a line: what a library may print besides is none. */
export function answersIn(stdout: string): (TrialResult | { begins: string })[] {
  return stdout.split('\n').flatMap((line) => {
    const answer = fieldsOf(tryParse(line));
    return answer && ('begins' in answer || 'library' in answer) ? [answer as unknown as TrialResult | { begins: string }] : [];
  });
}

/** The trials as a table for a person, with a heading. */
export const trialTable = (tried: readonly TrialResult[]): string[][] => [
  ['library', 'version', 'works', 'what it did'],
  ...tried.map(({ library, version = '', ok, nothing, did, error, where }) => [
    library,
    version,
    nothing ? '–' : ok ? 'yes' : 'no',
    (ok ? did : [error, where && `(${where})`].filter(Boolean).join(' ')) ?? '',
  ]),
];

/** `9 of 10 libraries work`, and those that have nothing to import. */
export function trialCount(tried: readonly TrialResult[]): string {
  const nothing = tried.filter((one) => one.nothing).map(({ library }) => library);
  const of = tried.length - nothing.length;
  const working = tried.filter(({ ok }) => ok).length - nothing.length;
  return `${working} of ${of} libraries work${nothing.length > 0 ? ` (nothing to import: ${nothing.join(', ')})` : ''}`;
}
