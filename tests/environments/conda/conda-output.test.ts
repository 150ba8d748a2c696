import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { condaFault } from '../../../tasks/environments/conda/create/conda-output';

const test = suite('what conda, mamba and micromamba say when they fail');

const table: readonly [text: string, fault: ReturnType<typeof condaFault>][] = [
  ['CondaToSNonInteractiveError: Terms of Service have not been accepted for the following channels.', 'terms'],
  ['NoSpaceLeftError: No space left on devices.', 'disk'],
  ['critical libmamba filesystem error: cannot copy: No space left on device', 'disk'],
  ['CondaValueError: prefix already exists: /opt/conda/envs/x', 'exists'],
  ['EnvironmentNotWritableError: The current user does not have write permissions to the target environment.', 'permission'],
  ['error    libmamba Could not create prefix: Permission denied', 'permission'],
  ['CondaHTTPError: HTTP 000 CONNECTION FAILED for url <https://example.org/linux-64/repodata.json>', 'network'],
  ['error    libmamba Download error (6) Could not resolve hostname', 'network'],
  ['CondaHTTPError: HTTP 503 SERVICE UNAVAILABLE for url <http://127.0.0.1:9103/c/linux-64/repodata.json>', 'network'],
  // 24.11 says it of 403 too, 26.7 of 404 alone.
  ['UnavailableInvalidChannel: HTTP 403 FORBIDDEN for channel c <http://127.0.0.1:9101/c>', 'refused'],
  ['CondaHTTPError: HTTP 403 Forbidden for url <http://127.0.0.1:9101/c/linux-64/current_repodata.json>', 'refused'],
  ['CondaHTTPError: HTTP 401 UNAUTHORIZED for url <http://127.0.0.1:9102/c/linux-64/repodata.json>', 'refused'],
  ['error    libmamba Transfer finalized, status: 403 [https://example.org/linux-64/repodata.json.zst] 12 bytes', 'refused'],
  ['UnavailableInvalidChannel: HTTP 404 NOT FOUND for channel c <http://127.0.0.1:9100/c>', 'channel'],
  ['UnavailableInvalidChannel: HTTP 404 UNAVAILABLE OR INVALID for channel a/b <file:///a/b>', 'channel'],
  ['The channel is not accessible or is invalid.', 'channel'],
  ['json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0); got "<html><head><title>Login</title>"', 'answer'],
  ['json.decoder.JSONDecodeError: Unterminated string starting at: line 24 column 3 (char 498); got "{', 'answer'],
  ['[json.exception.parse_error.101] parse error at line 1, column 1: syntax error while parsing value', 'answer'],
  ['CondaSSLError: Encountered an SSL error. Most likely a certificate verification issue.', 'certificate'],
  ["SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", 'certificate'],
  ['error    libmamba Download error (60) SSL peer certificate or SSH remote key was not OK', 'certificate'],
  [
    "ChecksumMismatchError: Conda detected a mismatch between the expected content and downloaded content\nfor url 'file:///c/corrupt.tar.bz2'.",
    'checksum',
  ],
  ['PathNotFoundError: /channel/linux-64/tinybin-1.0-0.tar.bz2', 'file'],
  ['CondaHTTPError: HTTP 404 NOT FOUND for url <https://example.org/linux-64/tinybin-1.0-0.conda>', 'file'],
  ['PackagesNotFoundInChannelsError: The following packages are not available from current channels:\n\n  - nosuchpkg=9', 'missing'],
  ['ResolvePackageNotFound:\n  - pytorch-cuda=12.1', 'missing'],
  ['  - nothing provides requested pytorch-cuda 12.1**', 'missing'],
  ['LibMambaUnsatisfiableError: Encountered problems while solving:', 'conflict'],
  ['UnsatisfiableError: The following specifications were found to be incompatible with each other:', 'conflict'],
  ['Pip failed', 'pip'],
  ['LinkError: post-link script failed for package', 'link'],
  ['Killed', 'other'],
];
for (const [text, fault] of table) test(`${fault}: ${text.slice(0, 60).replace('\n', ' ')}`, () => assert.is(condaFault(text), fault));

test.run();
