import * as path from 'node:path';
import { shellWord } from '../common/format';
import type { Context } from '../engine/context';
import { askGit } from '../engine/git';
import { shown } from '../engine/paths';
import type { Place } from './engine';

/** Where a file of an engine lies, and whether the project has an address to clone it from. */
export async function placeOf(context: Context, file: string): Promise<Place> {
  const { root } = context;
  const { exitCode, stdout } = await askGit(context, ['remote']);
  const toRoot = path.relative(path.dirname(file), root).split(path.sep).join('/');
  return { file: shellWord(shown(root, file)), toRoot: toRoot || '.', hasAddress: exitCode === 0 && stdout.trim() !== '' };
}
