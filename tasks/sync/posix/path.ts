import * as path from 'node:path';

/** What is wrong with the project's folder on a machine, whichever way it is reached. */
export function machinePathFault(value: string): string | undefined {
  if (path.posix.normalize(value).replace(/\/$/, '') === '') return `is \`${value}\`: that is the whole machine`;
  if (/^~[^/]/.test(value)) return `is \`${value}\`: write the home folder of another user in full`;
  return undefined;
}
