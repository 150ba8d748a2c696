import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { uvHashes, uvVersion } from '../../tasks/environments/python/uv-release';
import { cleanEnvironment, repository } from './project';
import { python310 } from './python';
import type { Wheel } from './wheels';

/** Where uv is kept between runs: its wheel and, beside it, what is in it. */
function uvPlace(): string {
  const place = path.join(fs.realpathSync(path.join(repository, 'node_modules')), '.cache', 'just-lora-tests', `uv-${uvVersion}-wheel`);
  if (fs.existsSync(place)) return place;
  const temporary = `${place}.tmp-${process.pid}`;
  fs.mkdirSync(temporary, { recursive: true });
  const list = path.join(temporary, 'uv.txt');
  fs.writeFileSync(list, `uv==${uvVersion} ${uvHashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`);
  const pip = (args: readonly string[]) =>
    execFileSync(python310() ?? 'python3', ['-m', 'pip', ...args], { env: cleanEnvironment(), stdio: 'pipe' });
  pip([
    'download',
    '--quiet',
    '--no-deps',
    '--require-hashes',
    '--only-binary',
    ':all:',
    '--dest',
    path.join(temporary, 'wheel'),
    '-r',
    list,
  ]);
  const [wheel = ''] = fs.readdirSync(path.join(temporary, 'wheel'));
  pip(['install', '--quiet', '--no-deps', '--no-index', '--target', path.join(temporary, 'uv'), path.join(temporary, 'wheel', wheel)]);
  try {
    fs.renameSync(temporary, place);
  } catch {
    // Another test file was first.
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  return place;
}

/** A folder with uv, for PATH: the release that the product fetches, from the package index. */
export const uvFolder = (): string => path.join(uvPlace(), 'uv', 'bin');

/** uv's own wheel for this machine, to be served by an index of ours. */
export function uvWheel(): Wheel {
  const folder = path.join(uvPlace(), 'wheel');
  const [file = ''] = fs.readdirSync(folder);
  const bytes = fs.readFileSync(path.join(folder, file));
  return { name: 'uv', version: uvVersion, file, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
