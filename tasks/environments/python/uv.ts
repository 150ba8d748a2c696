import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { statePath } from '../../engine/state';
import { allOnPath, isProgram } from './interpreter/which';
import { outside } from './outside';
import { uvVersion } from './uv-release';

/** A uv that was executed. */
export interface Uv {
  command: string;
  /** For example `0.13.9`. */
  version: string;
}

/** The first with `uv python install --no-bin`, which leaves the home folder's programs alone. */
const oldest = [0, 8];

/** The uv that is there and works: on PATH, where its installer puts it, or fetched by us before. Writes nothing. */
export async function findUv(context: Context): Promise<Uv | undefined> {
  const { host } = context;
  const homes = host.home ? [path.join(host.home, '.local', 'bin'), path.join(host.home, '.cargo', 'bin')] : [];
  const places = [...allOnPath(host, 'uv'), ...homes.map((folder) => path.join(folder, programName(context))), fetchedUv(context)];
  for (const command of new Set(places)) {
    if (!isProgram(host, command)) continue;
    const answer = await host.processes.run(command, ['--version'], { ...outside(context), timeoutMs: 10_000 }).catch((error: unknown) => {
      // One that came with the repository: another one does as well.
      if (!(error instanceof UserError)) throw error;
      host.processes.onNote?.(`note: ${error.fault.found}: it is not used`);
      return undefined;
    });
    const { exitCode = -1, stdout = '' } = answer ?? {};
    const version = exitCode === 0 ? /^uv (\d+\.\d+\.\S+)/.exec(stdout)?.[1] : undefined;
    if (version && isNewEnough(version)) return { command, version };
  }
  return undefined;
}

/** Where the uv is that we fetched, or would. */
export const fetchedUv = (context: Context): string => statePath(context.root, 'uv', uvVersion, 'bin', programName(context));

/** The program's file. */
export const programName = ({ host }: Context): string => (host.platform === 'win32' ? 'uv.exe' : 'uv');

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = oldest;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
