import { byteName, shownName } from '../parse/shown-name';
import type { Change } from './change';
import { remoteFault } from './faults';
import type { Folder } from './folders';
import type { There } from './preflight';
import { countScript, deleteScript, listScript, readScript, writeScript } from './scripts';
import type { FileStates } from './transport';

/** What is done to files on the other side by its own shell, for rsync and scp alike. */
export function filesThere(there: There) {
  const run = async (script: string, lines: readonly string[], rest = ''): Promise<string> => {
    const { exitCode, stdout, tail } = await there.shell.run(script, [there.path, ...lines], { rest });
    if (exitCode !== 0) throw remoteFault(there.remote, exitCode, tail);
    return stdout;
  };
  return {
    count: async ({ name }: Folder): Promise<number> => Number((await run(countScript, [byteName(name)])).trim()),

    /** Each file's line of size, times and inode, by its name of bytes. */
    async list({ name }: Folder): Promise<Map<string, string>> {
      return new Map(
        (await run(listScript, [byteName(name)])).split('\0').flatMap((line): [string, string][] => {
          const [, state = '', file = ''] = /^(\S+ \S+ \S+ \S+) (.*)$/s.exec(line) ?? [];
          return file ? [[file.replace(/^\.\//, ''), state]] : [];
        }),
      );
    },

    async states(folder: Folder): Promise<FileStates> {
      return Object.fromEntries([...(await this.list(folder))].map(([name, state]) => [shownName(name), state]));
    },

    async remove({ name }: Folder, changes: readonly Change[]): Promise<void> {
      const rest = deepestFirst(changes).map((change) => `${change.kind === 'folder' ? '/' : '-'}${change.name}\0`);
      await run(deleteScript, [byteName(name)], rest.join(''));
    },

    read: (name: string): Promise<string> => run(readScript, [name]),
    write: async (name: string, text: string): Promise<void> => void (await run(writeScript, [name], text)),
  };
}

/** Files of a folder in front of the folder. */
export const deepestFirst = (changes: readonly Change[]): Change[] =>
  [...changes].sort((one, other) => Number(one.kind === 'folder') - Number(other.kind === 'folder') || other.name.length - one.name.length);
