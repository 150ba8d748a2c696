import * as path from 'node:path';
import type { Context } from '../core/context';
import type { Finding, Step } from '../core/step';
import { bytes, plural } from '../core/text';
import { byteName } from '../parse/shown-name';
import { type Change, filesOf, shownChange } from './change';
import { type Folder, foldersOf } from './folders';
import { kindNamed } from './kind';
import { type There, thereText } from './preflight';
import { chosenRemote, remoteNamed, todoOf } from './remote';
import { kindOf } from './sides';

/** What differs in one folder, seen from here. */
interface Status {
  kinds: readonly [string, string];
  onlyHere: Change[];
  onlyThere: Change[];
  differ: Change[];
}

/** A step for the remote and one for each folder that travels, in either direction. */
export function statusSteps(context: Context): Step[] {
  const remote = chosenRemote(context);
  const all = [...foldersOf(context, 'push'), ...foldersOf(context, 'pull')];
  const folders = all.filter(({ name }, index) => all.findIndex((folder) => folder.name === name) === index);
  let there: Promise<There> | undefined;
  const reach = () => {
    there ??= kindNamed(remote.type).lookAt(
      context,
      remote,
      folders.map(({ name }) => byteName(name)),
      'pull',
    );
    return there;
  };
  let statuses: Promise<Map<string, Status>> | undefined;
  const statusOf = async (folder: Folder) => {
    // All at once: each is a command of its own on one connection.
    statuses ??= reach().then(
      async (found) =>
        new Map(
          await Promise.all(folders.map(async (each): Promise<[string, Status]> => [each.name, await compare(context, found, each)])),
        ),
    );
    return (await statuses).get(folder.name) as Status;
  };
  return [
    {
      name: 'remote',
      title: `Look at ${remote.name}`,
      check: async () => ({ state: 'done', found: thereText(await reach(), bytes) }),
    },
    ...folders.map(
      (folder): Step => ({
        name: folder.name,
        title: `Compare ${folder.name}`,
        async check() {
          const reached = await reach().then(
            () => true,
            () => false,
          );
          return reached
            ? findingOf(folder, await statusOf(folder))
            : { state: 'unknown', found: `\`${remote.name}\` could not be looked at` };
        },
      }),
    ),
  ];
}

async function compare(context: Context, there: There, folder: Folder): Promise<Status> {
  const kinds = [kindOf(context, path.join(context.root, folder.name)), there.items.get(folder.name)?.kind ?? 'missing'] as const;
  const gone = (kind: string) => kind === 'missing' || kind === 'dangling';
  const status: Status = { kinds, onlyHere: [], onlyThere: [], differ: [] };
  if (gone(kinds[0]) && gone(kinds[1])) return status;
  const filters = {
    include: [...context.settings.setup.sync.include, ...context.optionValues('include')],
    exclude: [...context.settings.setup.sync.exclude, ...context.optionValues('exclude')],
  };
  const direction = gone(kinds[0]) ? 'pull' : 'push';
  const transport = kindNamed(there.remote.type).transport(context, there, direction, filters);
  const { changes } = await transport.compare(folder, { deletions: true, checksum: context.option('verify') !== undefined });
  const of = (action: Change['action']) => filesOf(changes).filter((change) => change.action === action);
  const differ = of('changed');
  const newer = differ.length > 0 ? await transport.newer(folder, differ) : new Set<string>();
  for (const change of differ) change.newer = newer.has(change.name) ? 'newer there' : 'newer here';
  const [added, deleted] = [of('added'), of('deleted')];
  return direction === 'push'
    ? { kinds, onlyHere: added, onlyThere: deleted, differ }
    : { kinds, onlyHere: deleted, onlyThere: added, differ };
}

function findingOf(folder: Folder, { kinds, onlyHere, onlyThere, differ }: Status): Finding {
  const names = (changes: readonly Change[]) => changes.map(shownChange);
  const data = {
    onlyHere: names(onlyHere),
    onlyThere: names(onlyThere),
    differ: differ.map((change) => ({ name: shownChange(change), note: change.newer })),
  };
  if (kinds.every((kind) => kind === 'missing' || kind === 'dangling')) {
    const found = 'on neither side';
    return folder.required ? { state: 'todo', found, data } : { state: 'done', found, data };
  }
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
  const most = 100;
  const table = [['', 'size', 'file'], ...rows.slice(0, most), ...(rows.length > most ? [['', '', `and ${rows.length - most} more`]] : [])];
  return {
    state: 'todo',
    found: parts.join(', '),
    fix: '`npx just sync:push` sends what is here, `npx just sync:pull` fetches what is there; `--plan` shows it first',
    table,
    data,
  };
}

/** A step for each remote of the settings: its preflight. A template is told only where nothing is filled in. */
export function remotesSteps(context: Context): Step[] {
  const { remotes, defaultRemote } = context.settings.setup;
  const names = Object.keys(remotes);
  const filled = names.filter((name) => todoOf(remotes[name]) === undefined);
  const looks = new Map<string, Promise<There>>();
  const reach = (name: string) => {
    // The first one asked for starts them all: one that does not answer holds up no other.
    for (const each of filled.length > 0 ? filled : names)
      if (!looks.has(each)) {
        const look = Promise.resolve().then(() => {
          const remote = remoteNamed(context, each);
          return kindNamed(remote.type).lookAt(context, remote, [], 'push');
        });
        look.catch(() => undefined);
        looks.set(each, look);
      }
    return looks.get(name) as Promise<There>;
  };
  return (filled.length > 0 ? filled : names).map(
    (name): Step => ({
      name,
      title: `Look at ${name}`,
      async check() {
        const there = await reach(name);
        const usual = name === defaultRemote || (defaultRemote === null && filled.length === 1);
        return {
          state: 'done',
          found: `${thereText(there, bytes)}${usual ? ' (the default)' : ''}`,
          data: {
            type: there.remote.type,
            path: there.path,
            transfer: there.transfer,
            freeBytes: there.freeBytes ?? null,
            clockAheadSeconds: Math.round(there.clockAhead),
          },
        };
      },
    }),
  );
}
