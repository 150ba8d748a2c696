import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { allOnPath, isProgram } from './which';

/** A place where a Python may be, and how a message calls it. */
export interface Candidate {
  command: string;
  args: readonly string[];
  from: string;
}

/**
 * Places to look for a Python of one minor version, best first: the setting, uv's own folder, pyenv, PATH, Homebrew, python.org, the
 * Windows launcher, and at last any python3.
 */
export function candidatesFor(context: Context, minor: string): Candidate[] {
  const { host, settings } = context;
  const one = (command: string, from: string, args: readonly string[] = []): Candidate => ({ command, from, args });
  const chosen = settings.setup.python.interpreter;
  if (chosen) return [one(expand(context, chosen), 'setting `python.interpreter`')];
  const found = [
    // uv's are whole; pyenv's lack the modules whose libraries were not there when it built them, a system's may lack venv.
    ...uvFolders(context).flatMap((folder) =>
      versionsIn(context, folder, `cpython-${minor}`).map((inner) =>
        one(host.platform === 'win32' ? path.join(inner, 'python.exe') : path.join(inner, 'bin', `python${minor}`), 'uv'),
      ),
    ),
    ...versionsIn(context, pyenvFolder(context), minor).map((folder) => one(path.join(folder, 'bin', 'python'), 'pyenv')),
    ...allOnPath(host, `python${minor}`).map((file) => one(file, 'PATH')),
    ...(host.platform === 'darwin'
      ? [
          one(`/opt/homebrew/opt/python@${minor}/bin/python${minor}`, 'Homebrew'),
          one(`/usr/local/opt/python@${minor}/bin/python${minor}`, 'Homebrew'),
          one(`/Library/Frameworks/Python.framework/Versions/${minor}/bin/python${minor}`, 'python.org'),
        ]
      : []),
    ...(host.platform === 'win32' ? allOnPath(host, 'py').map((file) => one(file, 'Windows launcher', [`-${minor}`])) : []),
    ...allOnPath(host, 'python3').map((file) => one(file, 'PATH')),
    ...allOnPath(host, 'python').map((file) => one(file, 'PATH')),
  ];
  const seen = new Set<string>();
  return found.filter(({ command, args }) => {
    const key = [command, ...args].join(' ');
    if (seen.has(key) || !isProgram(host, command)) return false;
    seen.add(key);
    return true;
  });
}

/** Folders that are named after a version, newest patch first: `3.10.9` comes after `3.10.13`. */
function versionsIn({ host }: Context, folder: string | undefined, prefix: string): string[] {
  if (!folder) return [];
  const patch = (name: string) => Number(/^\.(\d+)/.exec(name.slice(prefix.length))?.[1] ?? -1);
  return host.files
    .list(folder)
    .filter((name) => name.startsWith(`${prefix}.`) && patch(name) >= 0)
    .sort((left, right) => patch(right) - patch(left))
    .map((name) => path.join(folder, name));
}

function pyenvFolder({ host }: Context): string | undefined {
  const root = host.env.PYENV_ROOT ?? (host.home && path.join(host.home, '.pyenv'));
  return root && path.join(root, 'versions');
}

function uvFolders({ host }: Context): string[] {
  const data = host.env.XDG_DATA_HOME ?? (host.home && path.join(host.home, '.local', 'share'));
  return [host.env.UV_PYTHON_INSTALL_DIR, data && path.join(data, 'uv', 'python')].filter((folder): folder is string => Boolean(folder));
}

function expand({ host, root }: Context, setting: string): string {
  if (setting.startsWith('~/')) return path.join(host.home ?? '~', setting.slice(2));
  // A bare word is a program on PATH, as in a shell.
  if (!/[/\\]/.test(setting)) return allOnPath(host, setting)[0] ?? setting;
  return path.resolve(root, setting);
}
