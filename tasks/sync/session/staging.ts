import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { plural } from '../../common/format';
import { textName } from '../../common/shown-name';
import { moveAside } from '../../engine/aside';
import type { Context } from '../../engine/context';
import type { Entry } from '../../platform/files/tree-reading';
import type { RelativeName } from '../../untrusted/names';
import { deepestFirst, type FileChange, shownChange } from '../compare/change';
import { refuseLinksOut } from '../compare/links';
import { recordName } from '../guards/file-record';
import { stampOf } from '../guards/stamps';
import { forgetSynced, rememberPulled } from '../guards/synced';
import type { Remote } from '../remotes/remote';

/** Where files of a pull arrive: beside their final place, so that a rename is all that is left, and never synced. */
const stageName = '.rsync-partial' as RelativeName;

/**
 * Makes the folder that a pull arrives in. Links that an earlier run left in it are taken away: what comes now is written
 * by programs that would follow them.
 * @param base the folder that travels, relative to the project
 * @returns its path
 * @throws UserError E_UNSAFE_PATH where it is a link
 */
export function openStaging({ host, root }: Context, base: string): string {
  const target = path.join(root, base);
  host.files.makeFolder(target);
  host.tree.makeFolderAt(target, stageName);
  const stage = path.join(target, stageName);
  for (const { name, isLink } of host.tree.entries(stage)) if (isLink) host.tree.removeFile(stage, name);
  return stage;
}

/**
 * Nothing of another kind stands here where a pull would write, and what is replaced counts as changed.
 * @param here the folder that receives
 * @throws UserError E_UNSAFE_PATH where the way to one of the files leads through a link or a file, or another kind stands at its name
 */
export function refuseWay({ root, host }: Context, here: string, changes: readonly FileChange[]): void {
  const { tree } = host;
  for (const change of changes) {
    const entry = tree.look(here, change.name);
    change.here = stampOf(entry);
    if (change.action === 'deleted' || !entry) continue;
    if (isOfKind(entry, change)) {
      // Whatever the program calls it: what stands here already would be replaced.
      if (change.kind !== 'folder') change.action = 'changed';
      continue;
    }
    const mine = entry.isFolder ? 'folder' : entry.isLink ? 'link' : entry.isFile ? 'file' : 'device, socket or pipe';
    throw new UserError({
      code: 'E_UNSAFE_PATH',
      found: `\`${shownChange(change)}\` is a ${mine} here and a ${change.kind} there`,
      needed: 'the same kind on both sides: nothing here is replaced by another kind, or written through',
      fix: `\`${moveAside({ root, host }, path.resolve(root, change.folder, textName(change.name)))}\`, then run the same command again`,
    });
  }
}

/** Was a file made, changed or deleted here since both sides were compared? `--force` replaces it all the same. */
const isTouched = (context: Context, here: string, { kind, name, here: before }: FileChange): boolean =>
  kind !== 'folder' && before !== undefined && !context.forced('pull') && stampOf(context.host.tree.look(here, name)) !== before;

/** @throws UserError E_LOCAL_CHANGES where there are such files */
function refuseTouched(touched: ReadonlySet<FileChange>): void {
  const [first] = touched;
  if (!first) return;
  throw new UserError({
    code: 'E_LOCAL_CHANGES',
    found: `\`${shownChange(first)}\`${touched.size > 1 ? ` and ${touched.size - 1} more` : ''} changed here while the pull was at work: left as ${touched.size > 1 ? 'they are' : 'it is'}`,
    needed: 'files that stay as they are meanwhile, or your confirmation that the ones there replace them',
    fix: 'run the same command again: it shows what would be lost',
  });
}

/**
 * Deletes what a pull deletes here.
 * @throws UserError E_LOCAL_CHANGES for what changed since both sides were compared, which stays
 */
export function removeHere(context: Context, remote: Remote, here: string, changes: readonly FileChange[]): void {
  const { tree } = context.host;
  const touched = new Set(changes.filter((change) => isTouched(context, here, change)));
  for (const change of deepestFirst(changes))
    if (!touched.has(change)) (change.kind === 'folder' ? tree.removeEmptyFolder : tree.removeFile)(here, change.name);
  const gone = changes.filter((change) => !touched.has(change));
  forgetSynced(
    context,
    remote,
    gone.map(({ folder, name }) => recordName(folder, name)),
  );
  refuseTouched(touched);
}

const isOfKind = ({ isFolder, isLink, isFile }: Entry, { kind }: FileChange): boolean =>
  kind === 'folder' ? isFolder : kind === 'link' ? isLink : isFile;

/**
 * Gives what has arrived its final names, after a look at its links and its weights. What was not planned stays behind: it
 * is of an earlier run, or came while this one was at work.
 * @throws UserError E_UNSAFE_PATH where a link leads out of the folder: nothing has its name then
 * @throws UserError E_LOCAL_CHANGES for what changed here since both sides were compared, which stays as it is
 * @throws UserError E_ADAPTER where weights are not whole; the other adapters have their names by then, and
 *   what is broken stays aside with all that is beside it
 */
export function commitStaging(context: Context, remote: Remote, changes: readonly FileChange[], stage: string, target: string): void {
  const { tree, files } = context.host;
  const entries = new Map<FileChange, Entry>();
  for (const change of changes) {
    const entry = change.action === 'deleted' ? undefined : tree.look(stage, change.name);
    if (entry && isOfKind(entry, change)) entries.set(change, entry);
  }
  const arrived = [...entries.keys()];
  const links = arrived.filter(({ kind }) => kind === 'link');
  refuseLinksOut(links.map((link) => [link, tree.linkTarget(stage, link.name)] as const));
  const broken = brokenWeights(context, arrived, stage);
  const held = new Set<string>([...broken.keys()].map((name) => path.posix.dirname(name)));
  const touched = new Set(arrived.filter((change) => isTouched(context, target, change)));
  const moved: FileChange[] = [];
  const remember = () => {
    const stamped = moved.map((change) => [change, stampOf(entries.get(change))] as const);
    rememberPulled(context, remote, stamped);
  };
  try {
    for (const change of arrived) {
      if (touched.has(change)) continue;
      if (held.has(change.kind === 'folder' ? change.name : path.posix.dirname(change.name))) continue;
      if (change.kind === 'folder') tree.makeFolderAt(target, change.name);
      else tree.moveBetween(stage, target, change.name);
      moved.push(change);
    }
  } catch (error) {
    try {
      remember();
    } catch {
      // The disk may be full: what went wrong first is told.
    }
    throw error;
  }
  remember();
  const [first] = broken;
  if (!first) {
    files.remove(stage);
    refuseTouched(touched);
    return;
  }
  const [name, why] = first;
  const folder = arrived[0]?.folder ?? '';
  const others = moved.filter(({ kind }) => kind !== 'folder').length;
  throw new UserError({
    code: 'E_ADAPTER',
    found: `\`${shownChange({ folder, name })}\`${broken.size > 1 ? ` and ${broken.size - 1} more` : ''} is not whole: ${why}`,
    needed: 'weights that keep the rules of safetensors',
    fix: `let the training finish, or save the adapter again, then run the same command; ${plural(others, 'other file')} ${others === 1 ? 'is' : 'are'} in place`,
  });
}

/** Weights that break the rules of safetensors, each with how. Only headers are read. */
function brokenWeights(context: Context, arrived: readonly FileChange[], stage: string): Map<string, string> {
  const broken = new Map<string, string>();
  const weights = arrived.filter(({ kind, name }) => kind === 'file' && name.endsWith('.safetensors'));
  if (weights.length === 0) return broken;
  const { readHeader } = require('../../checkpoints/safetensors/read') as typeof import('../../checkpoints/safetensors/read');
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
