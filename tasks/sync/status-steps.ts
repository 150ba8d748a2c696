import * as path from 'node:path';
import { bytes, plural, shellWord } from '../common/format';
import { shownName } from '../common/shown-name';
import type { Context } from '../engine/context';
import type { Finding, Step } from '../engine/step';
import type { Presence } from './answers/look-answer';
import { changedFiles, type FileChange, firstRows, shownChange } from './compare/change';
import { filtersOf } from './compare/filters';
import { type Direction, type Folder, foldersOf } from './compare/folders';
import { presenceOf } from './compare/sides';
import { cutOffThere, piecesOf } from './guards/sending';
import { refuseSpecial } from './guards/sources';
import { syncCommand } from './options';
import { thereText, thereWarning } from './remote-step';
import { chosenRemote } from './remotes/chosen-remote';
import { kindNamed, type RemoteState } from './remotes/remote-type';
import { isReached } from './session/session';
import type { FileStates, Transport } from './session/transport';

/** What differs in one folder, seen from here. */
interface Status {
  onNeither: boolean;
  onlyHere: FileChange[];
  onlyThere: FileChange[];
  differ: FileChange[];
}

/** What is said of a file that only `--verify` finds: neither side is newer. */
const otherContents = 'other contents';

/** What is said of a file here where something else stands there. */
const anotherKind = 'another kind there';

/** Most files that a person is shown. */
const mostRows = 100;

/** A step for the remote and one for each folder that travels, in either direction. */
export function statusSteps(context: Context): Step[] {
  const remote = chosenRemote(context);
  const all = [...foldersOf(context, 'push'), ...foldersOf(context, 'pull')];
  const folders = all.filter(({ name }, index) => all.findIndex((folder) => folder.name === name) === index);
  let look: Promise<RemoteState> | undefined;
  const there = () => {
    const names = folders.map(({ name }) => name);
    look ??= kindNamed(remote.type).lookAt(context, remote, names, 'pull');
    return look;
  };
  const statuses = new Map<string, Promise<Status>>();
  const statusOf = ({ name }: Folder): Promise<Status> => {
    // All at once: each is a command of its own on one connection, and none that fails stops another.
    for (const each of folders) {
      if (statuses.has(each.name)) continue;
      const status = there().then((found) => compare(context, found, each));
      status.catch(() => undefined);
      statuses.set(each.name, status);
    }
    return statuses.get(name) as Promise<Status>;
  };
  return [
    {
      name: 'remote',
      title: `Compare with ${remote.name}`,
      async check() {
        const found = await there();
        return { state: 'done', found: thereText(found), ...thereWarning(found) };
      },
    },
    ...folders.map(
      (folder): Step => ({
        name: folder.name,
        title: `Compare ${folder.name}`,
        async check() {
          if (!(await isReached({ there }))) return { state: 'unknown', found: `\`${remote.name}\` could not be checked` };
          return findingOf(context, folder, await statusOf(folder));
        },
      }),
    ),
  ];
}

async function compare(context: Context, there: RemoteState, folder: Folder): Promise<Status> {
  const [here, far] = [presenceOf(context, path.join(context.root, folder.name)), there.present.get(folder.name) ?? 'missing'];
  if (isGone(here) && isGone(far)) return { onNeither: true, onlyHere: [], onlyThere: [], differ: [] };
  const direction = isGone(here) ? 'pull' : 'push';
  refuseSpecial(context, folder.name);
  const transport = there.transport(direction, filtersOf(context));
  const checksum = context.option('verify') !== undefined;
  const { changes } = await transport.compare(folder, { deletions: true, checksum });
  const of = (action: FileChange['action']) => changedFiles(changes).filter((change) => change.action === action);
  const [added, deleted, differ] = [of('added'), of('deleted'), of('changed')];
  if (differ.length > 0) await noteDirection(context, there, transport, folder, differ, checksum);
  if (direction === 'push' && added.length > 0) {
    const others = await ofAnotherKind(transport, added);
    return {
      onNeither: false,
      onlyHere: added.filter((change) => !others.includes(change)),
      onlyThere: deleted,
      differ: [...differ, ...others],
    };
  }
  const [onlyHere, onlyThere] = direction === 'push' ? [added, deleted] : [deleted, added];
  return { onNeither: false, onlyHere, onlyThere, differ };
}

/** What is here and of another kind there, noted: a push would not replace it. */
async function ofAnotherKind(transport: Transport, added: readonly FileChange[]): Promise<FileChange[]> {
  const standing = await transport.standing(
    added[0]?.folder ?? '',
    added.map(({ name }) => name),
  );
  const others = added.filter(({ kind, name }) => standing.has(name) && standing.get(name) !== kind);
  for (const change of others) change.newer = anotherKind;
  return others;
}

/** Notes which side of each file is newer, or why none is. */
async function noteDirection(
  context: Context,
  { remote }: RemoteState,
  transport: Transport,
  folder: Folder,
  differ: readonly FileChange[],
  checksum: boolean,
): Promise<void> {
  const pieces = piecesOf(context, remote);
  const [newer, quick, states] = await Promise.all([
    transport.newer(folder, differ),
    checksum ? transport.compare(folder, { deletions: false, checksum: false }) : undefined,
    pieces.any ? transport.states(folder, 'there') : undefined,
  ]);
  const byTime = quick && new Set<string>(quick.changes.map(({ name }) => name));
  for (const change of differ) {
    if (pieces.has(change, stateOf(states, change))) change.newer = cutOffThere;
    else if (byTime && !byTime.has(change.name)) change.newer = otherContents;
    else change.newer = newer.has(change.name) ? 'newer there' : 'newer here';
  }
}

/** A file may be called `constructor`. */
const stateOf = (states: FileStates | undefined, { name }: FileChange): string | undefined =>
  states && Object.hasOwn(states, shownName(name)) ? states[shownName(name)] : undefined;

const isGone = (presence: Presence): boolean => presence === 'missing' || presence === 'dangling';

function findingOf(context: Context, folder: Folder, status: Status): Finding {
  const { onNeither, onlyHere, onlyThere, differ } = status;
  const names = (changes: readonly FileChange[]) => changes.map(shownChange);
  const data = {
    onlyHere: names(onlyHere),
    onlyThere: names(onlyThere),
    differ: differ.map((change) => ({ name: shownChange(change), note: change.newer })),
  };
  if (onNeither) return { state: folder.required ? 'todo' : 'done', found: 'on neither side', data };
  const parts = [
    ...(onlyHere.length > 0 ? [`${onlyHere.length} only here`] : []),
    ...(differ.length > 0 ? [`${plural(differ.length, 'file')} ${differ.length === 1 ? 'differs' : 'differ'}`] : []),
    ...(onlyThere.length > 0 ? [`${onlyThere.length} only there`] : []),
  ];
  if (parts.length === 0) return { state: 'done', found: 'the same on both sides', data };
  const rows = [
    ...onlyHere.map((change) => ['only here', bytes(change.bytes), shownChange(change)]),
    ...differ.map((change) => [change.newer ?? '', bytes(change.bytes), shownChange(change)]),
    ...onlyThere.map((change) => ['only there', change.action === 'deleted' ? '' : bytes(change.bytes), shownChange(change)]),
  ];
  return {
    state: 'todo',
    found: parts.join(', '),
    fix: fixOf(context, folder, status),
    table: firstRows(rows, mostRows),
    data,
  };
}

/** The directions in which there is something to move; a folder that does not travel by itself in one of them is named. */
function fixOf(context: Context, { name }: Folder, { onlyHere, onlyThere, differ }: Status): string {
  const command = (direction: Direction) => {
    const isUsual = context.optionValues('only').length === 0 && context.settings.setup.sync[direction].includes(name);
    const only = isUsual ? '' : ` --only=${shellWord(name)}`;
    return `\`${syncCommand(context, direction, ['remote', 'include', 'exclude', 'verify'])}${only}\``;
  };
  const others = differ.filter(({ newer }) => newer === anotherKind);
  const sent = differ.filter(({ newer }) => newer !== anotherKind);
  const whole = sent.filter(({ newer }) => newer !== cutOffThere);
  return [
    ...(others.length > 0
      ? [
          `\`${syncCommand(context, 'push', ['remote', 'include', 'exclude'])} --plan\` says how what is of another kind there is moved aside`,
        ]
      : []),
    ...(onlyHere.length + sent.length > 0 ? [`${command('push')} sends what is here`] : []),
    ...(onlyThere.length + whole.length > 0 ? [`${command('pull')} fetches what is there`] : []),
    '`--plan` shows it first',
  ].join('; ');
}
