import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import { answerOf, heard, longAnswer, shortAnswer, wrongAnswer } from '../answers/answer';
import { type FoundFile, parseFindListing, parseStates } from '../answers/find-listing';
import { nameThere } from '../answers/name-there';
import type { FileChange } from '../compare/change';
import { deepestFirst } from '../compare/change';
import { baseName, type Folder } from '../compare/folders';
import type { NamePair } from '../guards/colliding-names';
import type { Remote } from '../remotes/remote';
import type { FileStates, Standing } from '../session/transport';
import { remoteFault } from './faults';
import type { PosixMachine } from './machine';
import {
  allScript,
  belowScript,
  countScript,
  deleteScript,
  listScript,
  othersScript,
  readScript,
  standingScript,
  writeScript,
} from './scripts/file-scripts';
import { sameNamesScript, tryNamesScript } from './scripts/name-scripts';
import { shellOn } from './shell';

/** What is done to files on the other side by its own shell, for rsync and scp alike. */
export function filesThere({ remote, shell, path, ssh }: Pick<PosixMachine, 'remote' | 'shell' | 'path' | 'ssh'>) {
  const run = async (script: string, lines: readonly string[], { rest = '', limits = shortAnswer } = {}): Promise<string> =>
    answerOf(remote, await shell.run(script, [path, ...lines], { rest, limits }), ({ exitCode, tail }) =>
      remoteFault({ remote, ssh }, exitCode, tail),
    );
  const listed = async (script: string, folder: Folder): Promise<Map<RelativeName, FoundFile>> => {
    const text = await run(script, [folder.name], { limits: longAnswer });
    return heard(remote, () => parseFindListing(text, baseName(folder)));
  };
  return {
    run,

    async count({ name }: Folder): Promise<number> {
      const told = /^\s*(\d{1,12})\s*$/.exec(await run(countScript, [name], { limits: { ...longAnswer, mostBytes: 1000 } }))?.[1];
      if (told === undefined) throw wrongAnswer(remote, `does not say how many files \`${name}\` has`);
      return Number(told);
    },

    /** The files of a folder by their names. @throws UserError E_REMOTE_ANSWER */
    list: (folder: Folder) => listed(listScript, folder),
    /** Links, pipes, sockets and devices of a folder there, none of which is listed. @throws UserError E_REMOTE_ANSWER */
    others: (folder: Folder) => listed(othersScript, folder),

    async states(folder: Folder): Promise<FileStates> {
      const text = await run(allScript, [folder.name], { limits: longAnswer });
      return heard(remote, () => parseStates(text, baseName(folder)));
    },

    /** What stands at names in a folder there. @throws UserError E_REMOTE_ANSWER */
    async standing({ name: folder }: Pick<Folder, 'name'>, names: readonly RelativeName[]): Promise<Map<RelativeName, Standing>> {
      const text = await run(standingScript, [folder], { rest: names.map((name) => `${name}\0`).join(''), limits: longAnswer });
      const asked = new Set<string>(names);
      return new Map(
        text
          .split('\0')
          .slice(0, -1)
          .map((each): [RelativeName, Standing] => {
            const [, kind, name = ''] = /^(link|folder|file|other) (.*)$/s.exec(each) ?? [];
            if (!kind || !asked.has(name)) throw wrongAnswer(remote, 'says of a name what stands there, and was not asked for it');
            return [name as RelativeName, kind as Standing];
          }),
      );
    },

    /** Names of files and folders below folders there, their own among them. @throws UserError E_REMOTE_ANSWER */
    async below(base: string, folders: readonly RelativeName[]): Promise<RelativeName[]> {
      const text = await run(belowScript, [base], { rest: folders.map((name) => `${name}\0`).join(''), limits: longAnswer });
      return heard(remote, () =>
        text
          .split('\0')
          .slice(0, -1)
          .map((name) => nameThere(name.replace(/^\.\//, ''))),
      );
    },

    async remove({ name }: Folder, changes: readonly FileChange[]): Promise<void> {
      const rest = deepestFirst(changes).map((change) => `${change.kind === 'folder' ? '/' : '-'}${change.name}\0`);
      await run(deleteScript, [name], { rest: rest.join(''), limits: longAnswer });
    },

    /** Which pairs of names are one, of a folder relative to the project. */
    async fallTogether(base: string, pairs: readonly NamePair[], how: 'look' | 'try'): Promise<NamePair[]> {
      const rest = pairs.map(([one, other], index) => `${index}\n${one}\n${other}\n`).join('');
      const text = await run(how === 'look' ? sameNamesScript : tryNamesScript, [base], { rest });
      const same = new Set(text.split('\n'));
      return pairs.filter((_, index) => same.has(`same=${index}`));
    },

    readState: (name: string): Promise<string> => run(readScript, [name], { limits: longAnswer }),
    writeState: async (name: string, text: string): Promise<void> =>
      void (await run(writeScript, [name], { rest: text, limits: longAnswer })),
  };
}

/** The same for the project here. @param remote for the messages */
export const filesHere = (context: Context, remote: Remote) =>
  filesThere({ remote, shell: shellOn(context, undefined), path: context.root, ssh: undefined });
