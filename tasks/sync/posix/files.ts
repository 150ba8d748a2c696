import { shownName } from '../../common/shown-name';
import type { RelativeName } from '../../untrusted/names';
import { answerOf, heard, longAnswer, shortAnswer, wrongAnswer } from '../answers/answer';
import { type FoundFile, parseFindListing } from '../answers/find-listing';
import type { FileChange } from '../compare/change';
import { deepestFirst } from '../compare/change';
import { baseName, type Folder } from '../compare/folders';
import type { FileStates } from '../session/transport';
import { remoteFault } from './faults';
import type { PosixMachine } from './machine';
import { countScript, deleteScript, listScript, readScript, writeScript } from './scripts/file-scripts';

/** What is done to files on the other side by its own shell, for rsync and scp alike. */
export function filesThere({ remote, shell, path }: PosixMachine) {
  const run = async (script: string, lines: readonly string[], { rest = '', limits = shortAnswer } = {}): Promise<string> =>
    answerOf(remote, await shell.run(script, [path, ...lines], { rest, limits }), ({ exitCode, tail }) =>
      remoteFault(remote, exitCode, tail),
    );
  return {
    run,

    async count({ name }: Folder): Promise<number> {
      const told = /^\s*(\d{1,12})\s*$/.exec(await run(countScript, [name], { limits: { ...longAnswer, mostBytes: 1000 } }))?.[1];
      if (told === undefined) throw wrongAnswer(remote, `does not say how many files \`${name}\` has`);
      return Number(told);
    },

    /** The files of a folder by their names. @throws UserError E_REMOTE_ANSWER */
    async list(folder: Folder): Promise<Map<RelativeName, FoundFile>> {
      const text = await run(listScript, [folder.name], { limits: longAnswer });
      return heard(remote, () => parseFindListing(text, baseName(folder)));
    },

    async states(folder: Folder): Promise<FileStates> {
      return Object.fromEntries([...(await this.list(folder))].map(([name, { state }]) => [shownName(name), state]));
    },

    async remove({ name }: Folder, changes: readonly FileChange[]): Promise<void> {
      const rest = deepestFirst(changes).map((change) => `${change.kind === 'folder' ? '/' : '-'}${change.name}\0`);
      await run(deleteScript, [name], { rest: rest.join(''), limits: longAnswer });
    },

    readState: (name: string): Promise<string> => run(readScript, [name], { limits: longAnswer }),
    writeState: async (name: string, text: string): Promise<void> =>
      void (await run(writeScript, [name], { rest: text, limits: longAnswer })),
  };
}
