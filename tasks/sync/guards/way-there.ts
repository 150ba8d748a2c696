import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { shellWord } from '../../common/format';
import { textName } from '../../common/shown-name';
import type { RelativeName } from '../../untrusted/names';
import { type FileChange, foldersAbove, shownChange } from '../compare/change';
import type { Folder } from '../compare/folders';
import { sidesOf } from '../compare/sides';
import { syncCommand } from '../options';
import { loginWords } from '../posix/ssh/ssh-faults';
import type { RemoteState } from '../remotes/remote-type';
import type { Session } from '../session/session';
import type { Standing } from '../session/transport';

/** What is in the way of a push. */
interface InTheWay {
  /** The folder that travels, relative to the project, and the name in it; '' for the folder itself. */
  base: string;
  name: RelativeName | '';
  /** What stands there, and what it is here. */
  standing: Standing;
  kind: FileChange['kind'];
}

/** Before two sides are compared: a folder that is to travel is no file there. @throws UserError E_REMOTE_PATH */
export async function guardFolderThere(session: Session, there: RemoteState, folder: Folder): Promise<void> {
  const { base, source, target } = sidesOf(session.context, there, folder, 'push');
  if (source === 'folder' && (target === 'file' || target === 'dangling'))
    throw await refusal(session, there, { base, name: '', standing: target === 'file' ? 'file' : 'link', kind: 'folder' });
}

/**
 * Nothing of another kind stands there where a push writes: rsync takes such a file or link away without a word, and scp and rclone
 * write through a link, to wherever it leads. The folder that travels may be a link itself.
 * @throws UserError E_REMOTE_PATH
 */
export async function guardWayThere(session: Session, there: RemoteState, folder: Folder, changes: readonly FileChange[]): Promise<void> {
  const { base, isNew } = sidesOf(session.context, there, folder, 'push');
  // What is listed as changed is of the same kind there.
  const added = changes.filter(({ action }) => action === 'added');
  // A store tells no folder of links alone from none.
  if (added.length === 0 || (isNew && there.shell)) return;
  const kinds = new Map<RelativeName, FileChange['kind']>(added.flatMap(({ name }) => foldersAbove(name).map((each) => [each, 'folder'])));
  for (const { name, kind } of added) kinds.set(name, kind);
  const names = [...kinds.keys()].sort((one, other) => one.length - other.length);
  const found = await (await session.transport()).standing(base, names);
  for (const name of names) {
    const [standing, kind] = [found.get(name), kinds.get(name) ?? 'file'];
    if (standing !== undefined && standing !== kind) throw await refusal(session, there, { base, name, standing, kind });
  }
  // Whatever the program calls it: what stands there already would be replaced.
  for (const change of added) if (change.kind !== 'folder' && found.has(change.name)) change.action = 'changed';
}

const kindNames: Readonly<Record<Standing, string>> = { file: 'file', folder: 'folder', link: 'link', other: 'device, socket or pipe' };

async function refusal(session: Session, there: RemoteState, { base, name, standing, kind }: InTheWay): Promise<UserError> {
  const { context, remote } = session;
  const shown = name === '' ? base : shownChange({ folder: base, name });
  const command = syncCommand(context, 'push');
  const cures = [
    `${await asideThere(session, there, base, name)}, then run the same command again`,
    ...(name === '' ? [] : [`to leave it out: \`${command} --exclude=${shellWord(`/${textName(name)}`)}\``]),
    ...(standing === 'link' && kind === 'folder' && name !== ''
      ? [`to send into what it leads to: \`${syncCommand(context, 'push', ['remote'])} --only=${shellWord(`${base}/${textName(name)}`)}\``]
      : []),
  ];
  return new UserError({
    code: 'E_REMOTE_PATH',
    found: `\`${shown}\` is a ${name === '' && standing === 'link' ? 'link that leads nowhere' : kindNames[standing]} on \`${remote.name}\` and a ${kind} here`,
    needed: 'the same kind on both sides: nothing there is replaced by another kind, or written through',
    fix: cures.join('\n'),
  });
}

/** How what is in the way is moved aside there, and nothing is lost. */
async function asideThere(session: Session, there: RemoteState, base: string, name: RelativeName | ''): Promise<string> {
  const { remote } = session;
  const [folder, own] = name === '' ? [path.posix.dirname(base), path.posix.basename(base)] : [base, textName(name)];
  const place = path.posix.join(there.path, folder, own);
  if (remote.type !== 'ssh' && remote.type !== 'local') return `move \`${place}\` there aside`;
  const wanted = Array.from(
    { length: 20 },
    (_, index) => `${name === '' ? own : name}.kept${index === 0 ? '' : `-${index + 1}`}` as RelativeName,
  );
  const taken = await (await session.transport()).standing(folder, wanted);
  const free = textName(wanted.find((each) => !taken.has(each)) ?? `${own}.kept`);
  const move = `mv ${shellWord(place)} ${shellWord(path.posix.join(there.path, folder, free))}`;
  return `\`${remote.type === 'ssh' ? `ssh ${loginWords(remote)} ${shellWord(move)}` : move}\``;
}
