/** Why a conda command failed, from what it wrote. */
export type CondaFault =
  | 'terms'
  | 'disk'
  | 'certificate'
  | 'checksum'
  | 'file'
  | 'refused'
  | 'channel'
  | 'answer'
  | 'network'
  | 'missing'
  | 'conflict'
  | 'permission'
  | 'exists'
  | 'link'
  | 'pip'
  | 'other';

/**
 * First match wins: what a channel answered goes before what could not be reached, since conda says `CondaHTTPError` of both.
 * Measured with conda 4.3, 24.11 and 26.7; the words of mamba and micromamba are those of libmamba's sources.
 */
const signs: readonly [fault: CondaFault, says: RegExp][] = [
  ['terms', /Terms of Service (have not been accepted|.*not.*accepted)|CondaToSNonInteractiveError/i],
  ['disk', /No space left on device|NoSpaceLeftError|errno 28|disk quota exceeded/i],
  ['exists', /prefix already exists/i],
  [
    'checksum',
    /ChecksumMismatchError|MD5MismatchError|mismatch between the expected content|(?:sha256|md5)(?: sum)? (?:mismatch|doesn't match)/i,
  ],
  [
    'file',
    /PathNotFoundError|HTTP 404 \D{0,40}for url <[^>]*\.(?:conda|tar\.bz2)>|(?:404|not found)[^\n]{0,200}\.(?:conda|tar\.bz2)\b|CondaFileNotFoundError/i,
  ],
  ['certificate', /CondaSSLError|SSLError|CERTIFICATE_VERIFY_FAILED|certificate verif|SSL (?:peer )?certificate|SSL connect error/i],
  [
    'refused',
    /HTTP (?:401|403|407)\b|status(?: code)?:? (?:401|403|407)\b|Tunnel connection failed: 407|requested URL returned error: (?:401|403|407)/i,
  ],
  [
    'channel',
    /UnavailableInvalidChannel|The channel is not accessible or is invalid|HTTP 404\b|status(?: code)?:? 404\b|Could not find 'repodata\.json'|requested URL returned error: 404|Couldn't open file .*repodata/i,
  ],
  [
    'answer',
    /JSONDecodeError|json\.exception\.parse_error|parse_error\.101|<!doctype html|<html\b|Cannot parse .*repodata|simdjson|Expecting value/i,
  ],
  ['permission', /Unable to create prefix directory|EnvironmentNotWritableError|NotWritableError|Permission denied/i],
  [
    'network',
    /CondaHTTPError|HTTP 0{3}|Connection (failed|timed out|refused)|Could not resolve host|ProxyError|NewConnectionError|HTTP 5\d\d/i,
  ],
  [
    'missing',
    /PackagesNotFound(?:InChannels)?Error|NoPackagesFoundError|ResolvePackageNotFound|PackageNotFoundError|nothing provides|does not exist \(perhaps/i,
  ],
  [
    'conflict',
    /UnsatisfiableError|LibMambaUnsatisfiableError|could not be (found|installed) in order to satisfy|conflicting requests|are incompatible/i,
  ],
  ['pip', /Pip failed|pip returned an error/i],
  ['link', /LinkError|post-link script failed/i],
];

/** The first cause that the words of conda, mamba or micromamba show. */
export function condaFault(text: string): CondaFault {
  return signs.find(([, says]) => says.test(text))?.[0] ?? 'other';
}
