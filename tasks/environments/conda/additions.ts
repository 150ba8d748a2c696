import type { Context } from '../../engine/context';
import { readCondaEnvironmentRecord } from './environment-record';
import { condaContents } from './packages/packages';
import { pathOfUnnamed, unnamedFiles } from './packages/unnamed-files';

/**
 * What an environment of ours holds that we did not bring: packages, and files that no package names.
 * @param madeAt where it was made, where it has been moved aside since
 * @returns `undefined` where the environment is not ours
 */
export function additionsTo(context: Context, prefix: string, madeAt = prefix): string[] | undefined {
  const record = readCondaEnvironmentRecord(context, prefix, madeAt);
  if (!record) return undefined;
  const brought = new Set([...record.conda.map((text) => text.split('=')[0]), ...record.pip.map((text) => text.split('==')[0])]);
  const { conda, pip } = condaContents(context, prefix);
  const wrote = new Set(record.unnamed);
  const files = unnamedFiles(context, prefix).filter((line) => !wrote.has(line));
  return [...[...conda, ...pip].map(({ name }) => name).filter((name) => !brought.has(name)), ...files.map(pathOfUnnamed)];
}
