import { shownName } from '../../parse/shown-name';
import type { Change } from '../change';
import { deepestFirst } from '../change';
import type { Folder } from '../folders';
import type { FileStates } from '../transport';
import { remoteFault } from './faults';
import { countScript, deleteScript, listScript, readScript, writeScript } from './file-scripts';
import type { Machine } from './machine';

/** What is done to files on the other side by its own shell, for rsync and scp alike. */
export function filesThere({ remote, shell, path }: Machine) {
  const run = async (script: string, lines: readonly string[], rest = ''): Promise<string> => {
    const { exitCode, stdout, tail } = await shell.run(script, [path, ...lines], { rest });
    if (exitCode !== 0) throw remoteFault(remote, exitCode, tail);
    return stdout;
  };
  return {
    run,

    count: async ({ name }: Folder): Promise<number> => Number((await run(countScript, [name])).trim()),

    /** Each file's line of size, times and inode, by its name of bytes. */
    async list({ name }: Folder): Promise<Map<string, string>> {
      return new Map(
        (await run(listScript, [name])).split('\0').flatMap((line): [string, string][] => {
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
      await run(deleteScript, [name], rest.join(''));
    },

    readState: (name: string): Promise<string> => run(readScript, [name]),
    writeState: async (name: string, text: string): Promise<void> => void (await run(writeScript, [name], text)),
  };
}
