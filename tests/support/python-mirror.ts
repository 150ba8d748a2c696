import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * A mirror folder of Python builds as `uv python install` reads it, with one build: the Python 3.10 of this machine,
 * packed like those that uv fetches.
 * @returns the variables that point uv to it
 */
export function pythonMirror(folder: string, python: string): Record<string, string> {
  const prefix = path.dirname(path.dirname(fs.realpathSync(python)));
  const version = execFileSync(python, ['-c', 'import platform; print(platform.python_version())'], { encoding: 'utf8' }).trim();
  const [release, file] = ['20260101', `cpython-${version}.tar.gz`];
  fs.mkdirSync(path.join(folder, release), { recursive: true });
  const left = ['__pycache__', 'test', 'site-packages', 'idlelib', 'tkinter', 'ensurepip', 'share', 'include', '*.a'];
  execFileSync('tar', [
    ...['-C', path.dirname(prefix), '--transform', `s,^${path.basename(prefix)},python,`, '--use-compress-program', 'gzip -1'],
    ...left.map((name) => `--exclude=${name}`),
    ...['-cf', path.join(folder, release, file), path.basename(prefix)],
  ]);
  const [major, minor, patch] = version.split('.').map(Number);
  const arch = { family: { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64' | 'arm64'], variant: null };
  const list = path.join(folder, 'downloads.json');
  fs.writeFileSync(
    list,
    JSON.stringify({
      [`cpython-${version}-linux-${arch.family}-gnu`]: {
        ...{
          name: 'cpython',
          arch,
          os: 'linux',
          libc: 'gnu',
          major,
          minor,
          patch,
          prerelease: '',
          sha256: null,
          variant: null,
          build: release,
        },
        // The address that uv replaces by the mirror.
        url: `https://github.com/astral-sh/python-build-standalone/releases/download/${release}/${file}`,
      },
    }),
  );
  return { UV_PYTHON_DOWNLOADS_JSON_URL: list, UV_PYTHON_INSTALL_MIRROR: `file://${folder}` };
}
