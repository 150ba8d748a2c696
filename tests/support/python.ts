import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { cleanEnvironment, repository } from './project';

/** A Python 3.10 of this machine, `undefined` where there is none. */
export function python310(): string | undefined {
  const versions = path.join(os.userInfo().homedir, '.pyenv', 'versions');
  const pyenv = fs.existsSync(versions) ? fs.readdirSync(versions).filter((name) => name.startsWith('3.10.')) : [];
  const candidates = [
    ...pyenv.map((name) => path.join(versions, name, 'bin', 'python3.10')),
    ...(process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, 'python3.10')),
  ];
  return candidates.find((file) => {
    try {
      return execFileSync(file, ['-c', 'import sys; print(sys.version_info[:2])'], { stdio: 'pipe' }).toString().trim() === '(3, 10)';
    } catch {
      return false;
    }
  });
}

/**
 * The Python of an environment that has these packages of the index: made once for each list of them, then kept
 * beside node_modules. Nothing may be installed into it.
 */
export function pythonWith(...packages: readonly string[]): string {
  const name = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 12);
  const folder = path.join(fs.realpathSync(path.join(repository, 'node_modules')), '.cache', 'just-lora-tests', name);
  const python = path.join(folder, 'bin', 'python');
  const complete = path.join(folder, 'complete');
  if (fs.existsSync(complete)) return python;
  const base = python310();
  if (!base) throw new Error('no Python 3.10 here');
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
  if (packages.length > 0) execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], options);
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
