/** Why a conda command failed, from what it wrote. */
export type CondaFault = 'terms' | 'disk' | 'network' | 'missing' | 'conflict' | 'permission' | 'exists' | 'link' | 'pip' | 'other';

const signs: readonly [fault: CondaFault, says: RegExp][] = [
  ['terms', /Terms of Service (have not been accepted|.*not.*accepted)|CondaToSNonInteractiveError/i],
  ['disk', /No space left on device|NoSpaceLeftError|errno 28/i],
  ['exists', /prefix already exists/i],
  ['permission', /Unable to create prefix directory|EnvironmentNotWritableError|NotWritableError|Permission denied/i],
  [
    'network',
    /CondaHTTPError|HTTP 0{3}|Connection (failed|timed out|refused)|CondaSSLError|Could not resolve host|ProxyError|NewConnectionError/i,
  ],
  [
    'missing',
    /PackagesNotFoundError|NoPackagesFoundError|ResolvePackageNotFound|PackageNotFoundError|nothing provides|does not exist \(perhaps/i,
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
