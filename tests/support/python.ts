import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { cleanEnvironment, repository } from './project';

/** A Python 3.10 of this machine, `undefined` where there is none. */
export const python310 = (): string | undefined => pythonOf(10);

/** A Python 3 of this minor version, `undefined` where there is none. */
export function pythonOf(minor: number): string | undefined {
  const versions = path.join(os.userInfo().homedir, '.pyenv', 'versions');
  const pyenv = fs.existsSync(versions) ? fs.readdirSync(versions).filter((name) => name.startsWith(`3.${minor}.`)) : [];
  const candidates = [
    ...pyenv.map((name) => path.join(versions, name, 'bin', `python3.${minor}`)),
    ...(process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, `python3.${minor}`)),
  ];
  return candidates.find((file) => {
    try {
      const version = execFileSync(file, ['-c', 'import sys; print(sys.version_info[:2])'], { stdio: 'pipe' }).toString().trim();
      return version === `(3, ${minor})`;
    } catch {
      return false;
    }
  });
}

const uvOfTests = (): string => path.join(path.dirname(pythonWith('uv')), 'uv');

/** A Python 3.11 to 3.13, for packages that 3.10 is too old for: of this machine, else one that uv brings; `undefined` without either. */
export function newerPython(): string | undefined {
  const own = [11, 12, 13].map(pythonOf).find((each) => each !== undefined);
  if (own) return own;
  const env = cleanEnvironment();
  try {
    execFileSync(uvOfTests(), ['python', 'install', '--quiet', '3.11'], { env, stdio: 'pipe', timeout: 300_000 });
    return execFileSync(uvOfTests(), ['python', 'find', '3.11'], { env, stdio: 'pipe' }).toString().trim();
  } catch {
    return undefined;
  }
}

/**
 * The Python of an environment that has these packages of the index: made once for each list of them, then kept
 * beside node_modules. Nothing may be installed into it.
 */
export const pythonWith = (...packages: readonly string[]): string => environmentOf(python310(), packages);

/** The same with another Python than 3.10. */
export function environmentOf(base: string | undefined, packages: readonly string[]): string {
  const other = base === python310() ? [] : [`${base}`];
  const name = createHash('sha256')
    .update([...other, ...packages].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(fs.realpathSync(path.join(repository, 'node_modules')), '.cache', 'just-lora-tests', name);
  const python = path.join(folder, 'bin', 'python');
  const complete = path.join(folder, 'complete');
  if (fs.existsSync(complete)) return python;
  if (!base) throw new Error('no Python here');
  const options = { env: cleanEnvironment(), stdio: 'pipe' } as const;
  // Two test files may want the same one at the same time; what a killed one left is taken over after ten minutes.
  const lock = `${folder}.lock`;
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  for (const deadline = Date.now() + 600_000; Date.now() < deadline && !takes(lock); ) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    if (fs.existsSync(complete)) return python;
  }
  process.once('exit', () => fs.rmSync(lock, { recursive: true, force: true }));
  execFileSync(base, ['-m', 'venv', '--clear', folder], options);
  // What needs a newer Python is large: pip takes minutes for it.
  if (other.length > 0) execFileSync(uvOfTests(), ['pip', 'install', '--quiet', '--python', python, ...packages], options);
  else if (packages.length > 0)
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], options);
  fs.writeFileSync(complete, packages.join('\n'));
  fs.rmSync(lock, { recursive: true, force: true });
  return python;
}

function takes(lock: string): boolean {
  try {
    fs.mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
