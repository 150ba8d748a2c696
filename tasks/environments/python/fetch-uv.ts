import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import type { RunResult } from '../../platform/processes/run';
import { pythonIn } from '../prefix/prefix';
import { installerFault, tellingTail } from './installer-output';
import type { Found } from './interpreter/probe';
import { fetching } from './outside';
import { trustFix, untrusted } from './trust';
import { fetchedUv, programName, type Uv } from './uv';
import { uvArrived } from './uv-coming';
import { uvHashes, uvVersion } from './uv-release';

type Run = (program: string, rest: readonly string[], timeoutMs?: number) => Promise<RunResult>;

/**
 * Fetches uv into the state folder: its wheel, which {@link uvArrived} has from the index, or where that cannot be had the pip of a Python
 * that works, of any version, brings it. Both are held to the hashes that are written down here. It appears under its name only when it
 * is whole and has run.
 * @throws UserError E_UV_UNAVAILABLE, E_REGISTRY_TLS, E_REPOSITORY_PROGRAM where git tracks that place
 */
export async function fetchUv(context: Context, python: Found): Promise<Uv> {
  const { host, root } = context;
  const place = statePath(root, 'uv', uvVersion);
  await host.processes.judge?.(fetchedUv(context));
  const temporary = `${place}.tmp`;
  makeStateFolder(host, root);
  host.files.remove(temporary);
  const folder = path.join(temporary, 'package');
  const run: Run = (program, rest, timeoutMs = 300_000) => host.processes.run(program, rest, { ...fetching(context), timeoutMs });
  const works = () => run(path.join(folder, 'bin', programName(context)), ['--version'], 20_000);
  try {
    const why = await unpack(context, python, folder, works);
    if (why !== undefined) {
      host.processes.onVerbose?.(`uv is fetched by pip: ${why}`);
      await withPip(context, python, temporary, folder, run);
      const started = await works();
      if (started.exitCode !== 0) throw unavailable(started.tail);
    }
    host.files.remove(place);
    host.files.move(folder, place);
    return { command: fetchedUv(context), version: uvVersion };
  } finally {
    host.files.remove(temporary);
  }
}

/** The wheel that came, as pip lays it out below a folder. @returns why that is none, `undefined` where it is and runs */
async function unpack(context: Context, python: Found, folder: string, works: () => Promise<RunResult>): Promise<string | undefined> {
  const arrived = await uvArrived(context, python);
  if ('why' in arrived) return arrived.why;
  const { files } = context.host;
  for (const [name, bytes] of arrived.files) {
    const program = /^[^/]+\.data\/scripts\/([^/]+)$/.exec(name)?.[1];
    // It is nowhere yet: a kill leaves a folder that the next run removes.
    files.createBytes(path.join(folder, ...(program ? ['bin', program] : name.split('/'))), bytes, program ? 0o755 : 0o644);
  }
  const started = await works();
  if (started.exitCode === 0) return undefined;
  files.remove(folder);
  return `the one of the index does not start: ${started.tail}`;
}

/** pip brings it. @throws UserError E_UV_UNAVAILABLE, E_REGISTRY_TLS */
async function withPip(
  { host }: Context,
  { command, args, interpreter }: Found,
  temporary: string,
  folder: string,
  run: Run,
): Promise<void> {
  const list = path.join(temporary, 'uv.txt');
  host.files.writeText(list, `uv==${uvVersion} ${uvHashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`);
  let pip = [command, ...args];
  if (!interpreter.hasPip) {
    const helper = path.join(temporary, 'venv');
    const made = await run(command, [...args, '-m', 'venv', helper]);
    if (made.exitCode !== 0) throw unavailable(tellingTail(made));
    pip = [pythonIn(host, helper)];
  }
  const install = ['-m', 'pip', 'install', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--no-compile', '--quiet'];
  const options = ['--progress-bar', 'off', '--retries', '2', '--timeout', '20', '--target', folder, '-r', list];
  const [program = command, ...rest] = pip;
  const fetched = await run(program, [...rest, ...install, ...options]);
  if (fetched.exitCode !== 0) throw unavailable(tellingTail(fetched));
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
