import * as path from 'node:path';
import type { Context } from './context';
import { askGit } from './git';
import { below, projectPaths } from './paths';

/**
 * Whether a cure must not move what stands in a place: it is, or holds, the project, one of its folders or the home folder, or git
 * tracks it, or something in it. Then the setting or the option that names it is wrong.
 */
export async function isNeededElsewhere(context: Context, place: string): Promise<boolean> {
  const { root, host } = context;
  const needed = [root, path.join(root, 'configs'), path.join(root, 'scripts'), ...Object.values(projectPaths(context)), host.home ?? root];
  const names = [place, ...(host.files.lstat(place)?.isSymbolicLink() ? [] : [host.files.realPath(place) ?? place])];
  const all = [...needed, ...needed.flatMap((each) => host.files.realPath(each) ?? [])];
  if (names.some((name) => all.some((each) => each === name || below(name, each) !== undefined))) return true;
  return isTracked(context, place);
}

/** Whether what stands where a file should go may be moved aside: a file, or a link of the project, that git does not track. */
export async function isMovableFile(context: Context, file: string): Promise<boolean> {
  const entry = context.host.files.lstat(file);
  const isOne = entry?.isFile() || (entry?.isSymbolicLink() && below(context.root, file) !== undefined);
  return isOne === true && !(await isTracked(context, file));
}

/** Whether a repository, that of the project or another one, has a file, or anything in a folder. */
async function isTracked(context: Context, place: string): Promise<boolean> {
  const args = ['-C', path.dirname(place), '-c', 'safe.directory=*', '--literal-pathspecs', 'ls-files', '-z', '--cached', '--'];
  const { exitCode, stdout } = await askGit(context, [...args, path.basename(place)], { mostBytes: 10_000 });
  return exitCode === 0 && stdout !== '';
}
