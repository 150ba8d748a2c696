import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import { pythonIn } from '../prefix/prefix';
import { installerFault, tellingTail } from './installer-output';
import type { Found } from './interpreter/probe';
import { allOnPath, isProgram } from './interpreter/which';
import { fetching, outside } from './outside';
import { trustFix, untrusted } from './trust';
import { uvHashes, uvVersion } from './uv-release';

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

/**
 * Fetches uv into the state folder with the pip of a Python that works, of any version: one wheel, held to
 * the hashes that are written down here. It appears under its name only when it is whole and has run.
 * @throws UserError E_UV_UNAVAILABLE, E_REGISTRY_TLS, E_REPOSITORY_PROGRAM where git tracks that place
 */
export async function fetchUv(context: Context, { command, args, interpreter }: Found): Promise<Uv> {
  const { host, root } = context;
  const place = statePath(root, 'uv', uvVersion);
  await host.processes.judge?.(fetchedUv(context));
  const temporary = `${place}.tmp`;
  makeStateFolder(host, root);
  host.files.remove(temporary);
  const list = path.join(temporary, 'uv.txt');
  host.files.writeText(list, `uv==${uvVersion} ${uvHashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`);
  const run = (program: string, rest: readonly string[], timeoutMs = 300_000) =>
    host.processes.run(program, rest, { ...fetching(context), timeoutMs });
  try {
    let pip = [command, ...args];
    if (!interpreter.hasPip) {
      const helper = path.join(temporary, 'venv');
      const made = await run(command, [...args, '-m', 'venv', helper]);
      if (made.exitCode !== 0) throw unavailable(tellingTail(made));
      pip = [pythonIn(host, helper)];
    }
    const install = ['-m', 'pip', 'install', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--no-compile', '--quiet'];
    const options = ['--progress-bar', 'off', '--retries', '2', '--timeout', '20', '--target', path.join(temporary, 'package'), '-r', list];
    const [program = command, ...rest] = pip;
    const fetched = await run(program, [...rest, ...install, ...options]);
    if (fetched.exitCode !== 0) throw unavailable(tellingTail(fetched));
    const inner = path.join(temporary, 'package', 'bin', programName(context));
    const works = await run(inner, ['--version'], 20_000);
    if (works.exitCode !== 0) throw unavailable(works.tail);
    host.files.remove(place);
    host.files.move(path.join(temporary, 'package'), place);
    return { command: fetchedUv(context), version: uvVersion };
  } finally {
    host.files.remove(temporary);
  }
}

const programName = ({ host }: Context): string => (host.platform === 'win32' ? 'uv.exe' : 'uv');
const fetchedUv = (context: Context): string => statePath(context.root, 'uv', uvVersion, 'bin', programName(context));

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = oldest;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function unavailable(tail: string): UserError {
  const found = `uv ${uvVersion} could not be fetched from the package index`;
  if (installerFault(tail) === 'certificate')
    return new UserError({ code: 'E_REGISTRY_TLS', found: `${found}: ${untrusted}`, tail, fix: trustFix('run the same command again') });
  return new UserError({
    code: 'E_UV_UNAVAILABLE',
    found,
    tail,
    fix: '`--set python.installer=pip`, or install uv and run the same command again',
  });
}
