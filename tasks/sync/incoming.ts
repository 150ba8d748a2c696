import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { plural } from '../core/text';
import { textName } from '../parse/shown-name';
import { type Change, shownChange } from './change';
import { rememberPulled } from './local-changes';

/** Where files of a pull arrive: beside their final place, so that a rename is all that is left, and never synced. */
export const incomingFolder = (target: string): string => `${target}/.rsync-partial`;

/**
 * Gives what has arrived its final names, after a look at its weights. What was not planned stays behind: it
 * is of an earlier run, or came while this one was at work.
 * @throws UserError E_ADAPTER where weights are not whole; the other adapters have their names by then, and
 *   what is broken stays aside with all that is beside it
 */
export function arrive(context: Context, changes: readonly Change[], stage: string, target: string): void {
  const { tree, files } = context.host;
  const arrived = changes.filter(({ name, action }) => action !== 'deleted' && tree.look(stage, name));
  const broken = brokenWeights(context, arrived, stage);
  const held = new Set([...broken.keys()].map((name) => path.posix.dirname(name)));
  const moved: Change[] = [];
  for (const change of arrived) {
    if (held.has(change.kind === 'folder' ? change.name : path.posix.dirname(change.name))) continue;
    if (change.kind === 'folder') tree.makeFolderAt(target, change.name);
    else tree.moveBetween(stage, target, change.name);
    moved.push(change);
  }
  rememberPulled(context, moved);
  const [first] = broken;
  if (!first) {
    files.remove(stage);
    return;
  }
  const [name, why] = first;
  const folder = arrived[0]?.folder ?? '';
  throw new UserError({
    code: 'E_ADAPTER',
    found: `\`${shownChange({ folder, name })}\`${broken.size > 1 ? ` and ${broken.size - 1} more` : ''} is not whole: ${why}`,
    needed: 'weights that keep the rules of safetensors',
    fix: `let the training finish, or save the adapter again, then run the same command; ${plural(moved.length, 'other file')} ${moved.length === 1 ? 'is' : 'are'} in place`,
  });
}

/** Weights that break the rules of safetensors, each with how. Only headers are read. */
function brokenWeights(context: Context, arrived: readonly Change[], stage: string): Map<string, string> {
  const broken = new Map<string, string>();
  const weights = arrived.filter(({ kind, name }) => kind === 'file' && name.endsWith('.safetensors'));
  if (weights.length === 0) return broken;
  const { readHeader } = require('../safetensors/read') as typeof import('../safetensors/read');
  for (const { name } of weights) {
    const file = path.join(stage, textName(name));
    const size = context.host.files.stat(file)?.size;
    if (size === undefined) continue;
    try {
      readHeader(context.host, file, size);
    } catch (error) {
      broken.set(name, (error as Error).message);
    }
  }
  return broken;
}
