/**
 * The oldest Node of each line whose language and libraries this package is written for: `engines` of package.json. ES modules are
 * loaded by `require`, which Node does without a flag from 20.19 in line 20, from 22.12 in line 22, in every later line, and not in 21
 * (nodejs.org/api/modules.html, "Loading ECMAScript modules using require()").
 *
 * In words that an old Node knows: it is loaded before anything else.
 */
const oldestOfLines: readonly (readonly [major: number, minor: number])[] = [
  [20, 19],
  [22, 12],
];
const newestLine = Math.max(...oldestOfLines.map(([major]) => major));

/** What is needed, for a person. `tools/ts-node/index.js` says the same where this package is a clone. */
export const nodeNeeded = 'Node 22.12 or newer, or 20.19 or newer of line 20';

/** @param version as `process.versions.node` says it */
export function isNodeNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > newestLine || oldestOfLines.some(([line, oldest]) => major === line && minor >= oldest);
}

/** The same as a program for `node -e`, whose exit code tells. Without quotes of either kind, line breaks and `$`: it goes into scripts. */
export const nodeProgram = `const [a, b] = process.versions.node.split(/[.]/).map(Number); process.exit(a > ${newestLine} || ${oldestOfLines
  .map(([line, oldest]) => `(a === ${line} && b >= ${oldest})`)
  .join(' || ')} ? 0 : 1)`;

/** The same as the end of a function of a POSIX shell: of `$a`, which may be no number, and `$b`. */
export const nodeTest = [
  `[ "$a" -gt ${newestLine} ] 2>/dev/null && return 0;`,
  ...oldestOfLines.map(([line, oldest]) => `[ "$a" -eq ${line} ] 2>/dev/null && [ "$b" -ge ${oldest} ] 2>/dev/null && return 0;`),
  'return 1;',
].join('\n');
