import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { fieldsOf } from '../../../untrusted/json';
import { condaFilesIn, condaPackagesFrom } from '../../prefix/conda-meta';
import { filesInRecord } from '../../prefix/dist-info';
import { sitePackagesIn } from '../../prefix/site-packages';

/** Of conda itself: what it writes into conda-meta of every environment. `pinned`, `frozen` and the like are a person's. */
const ofConda = ['conda-meta/history', 'conda-meta/created_at', 'conda-meta/.history.tmp'];

/**
 * Files of an environment that no package names, neither conda's records nor a RECORD of pip's: what a person put there, and what a
 * package wrote when it was linked. Bytecode is left out, since it comes and goes.
 * @returns each as its path below the environment, its size in bytes and its time in milliseconds, with blanks between; sorted
 */
export function unnamedFiles(context: Context, prefix: string): string[] {
  const { files } = context.host;
  const named = namedFiles(context, prefix);
  return files.filesUnder(prefix, []).flatMap((file) => {
    if (named.has(file) || /\.pyc$|^just-lora\.json\.tmp-/.test(file)) return [];
    if (file === 'conda-meta/state' && !hasVariables(files.readJson(path.join(prefix, file)))) return [];
    const entry = files.lstat(path.join(prefix, file));
    return [`${file} ${entry?.size ?? 0} ${entry?.mtimeMs ?? 0}`];
  });
}

/** Files that a package of an environment names, and those of conda and us. */
export const namedFiles = (context: Context, prefix: string): ReadonlySet<string> =>
  new Set([...ofConda, 'just-lora.json', ...namedByConda(context, prefix), ...namedByPip(context, prefix)]);

/** The path in a line of {@link unnamedFiles}. */
export const pathOfUnnamed = (line: string): string => line.replace(/ \S+ \S+$/, '');

function namedByConda({ host }: Context, prefix: string): string[] {
  const meta = path.join(prefix, 'conda-meta');
  return condaPackagesFrom(host.files.list(meta)).flatMap(({ entry }) => [
    `conda-meta/${entry}`,
    ...(condaFilesIn(host.files.readText(path.join(meta, entry)) ?? '') ?? []),
  ]);
}

/** RECORD names paths from the folder of packages, `../../../bin/hf` for one (PEP 376); `installed-files.txt` those of old egg-info folders from there. */
function namedByPip({ host }: Context, prefix: string): string[] {
  const folder = sitePackagesIn(host, prefix);
  if (!folder) return [];
  const below = (from: string, file: string) => path.relative(prefix, path.resolve(from, file)).split(path.sep).join('/');
  return host.files.list(folder).flatMap((entry) => {
    const inside = path.join(folder, entry);
    if (entry.endsWith('.dist-info'))
      return filesInRecord(host.files.readText(path.join(inside, 'RECORD')) ?? '').map((file) => below(folder, file));
    if (!entry.endsWith('.egg-info') || !host.files.stat(inside)?.isDirectory()) return [];
    const lines = (host.files.readText(path.join(inside, 'installed-files.txt')) ?? '').split(/\r?\n/).filter(Boolean);
    return [...lines, ...(lines.length > 0 ? ['installed-files.txt'] : [])].map((file) => below(inside, file));
  });
}

/** `conda env config vars set` keeps variables in conda-meta/state. */
function hasVariables(state: unknown): boolean {
  const fields = fieldsOf(state);
  return !fields || Object.keys(fieldsOf(fields['env_vars']) ?? {}).length > 0;
}
