import { saysFull } from '../../common/errors';

/** What made pip or uv fail, as far as their words tell. */
export type InstallerFault =
  | 'disk'
  | 'setting'
  | 'hash'
  | 'cutoff'
  | 'certificate'
  | 'registry'
  | 'missing'
  | 'wheel'
  | 'permission'
  | 'build'
  | 'other';

/**
 * First match wins: a certificate that is refused is an index that cannot be reached, too, and pip says "no matching distribution" after it could not reach the index, too, and that it knows
 * of no version at all (`from versions: none`) of a package that a lock names.
 */
const signs: readonly (readonly [InstallerFault, RegExp])[] = [
  ['disk', saysFull],
  [
    'setting',
    /failed to parse environment variable|invalid value '[^']*' for '--|is not a valid value for \S+ option|error occurred during configuration|TOML parse error|failed to read `--find-links`/i,
  ],
  ['hash', /hash mismatch|do not match the hashes|hashes are required|--require-hashes mode/i],
  ['cutoff', /filtered by `?exclude-newer|does not provide upload-time metadata|(?:missing|no) upload[- ](?:time|date)/i],
  ['certificate', /invalid peer certificate|certificate[ _]verify[ _]failed|certificate is not valid for/i],
  [
    'registry',
    /failed to fetch|error sending request|connection (?:refused|reset|broken|error|timed out)|dns error|max retries exceeded|newconnectionerror|name or service not known|temporary failure in name resolution|could not resolve|connecttimeout|read timed out|operation timed out|could not connect|could not fetch url|network is unreachable|http status (?:client|server) error|http error \d|\(from versions: none\)/i,
  ],
  [
    'missing',
    /no solution found|no matching distribution|not found in the (?:package registry|provided package locations)|resolutionimpossible/i,
  ],
  [
    'wheel',
    /badzipfile|bad zip|invalid zip|failed to (?:unzip|extract|read zip)|not a zip file|is invalid|invalid wheel|unexpected end of file|truncated|central directory|corrupt/i,
  ],
  ['permission', /permission denied|read-only file system|os error (?:13|30)\b|errno (?:13|30)\b/i],
  ['build', /failed to build|could not build wheels|metadata-generation-failed|subprocess-exited-with-error/i],
];

/**
 * The cause of a failure from the output of pip or uv.
 * @param hasCutoff packages that came after a moment are left out: pip does not say so of one that it lacks
 */
export function installerFault(output: string, hasCutoff = false): InstallerFault {
  const fault = signs.find(([, sign]) => sign.test(output))?.[0] ?? 'other';
  return hasCutoff && (fault === 'missing' || (fault === 'registry' && output.includes('(from versions: none)'))) ? 'cutoff' : fault;
}

/**
 * The last lines that tell something. A package with a hundred files has a hundred hashes, and pip lists each
 * one that it had expected: the line that says what went wrong is above them.
 */
export function tellingTail({ stderr, tail }: { stderr: string; tail: string }, count = 20): string {
  if (!/^ +Expected +or /m.test(tail)) return tail;
  const lines = stderr.trimEnd().split(/\r\n|[\r\n]/);
  return lines
    .filter((line) => !/^ +Expected +or /.test(line))
    .slice(-count)
    .join('\n');
}
