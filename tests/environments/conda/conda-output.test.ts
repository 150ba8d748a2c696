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
