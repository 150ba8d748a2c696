import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { uvHashes, uvVersion } from '../../tasks/python/uv-release';
import { repository } from './project';
import { python310 } from './python';

/** A folder with uv, for PATH: the release that the product fetches, from the package index, kept between runs. */
export function uvFolder(): string {
  const place = path.join(repository, 'node_modules', '.cache', 'just-lora-tests', `uv-${uvVersion}`);
  const program = path.join(place, 'bin', 'uv');
  if (!fs.existsSync(program)) {
    const temporary = `${place}.tmp-${process.pid}`;
    fs.mkdirSync(temporary, { recursive: true });
    const list = path.join(temporary, 'uv.txt');
    fs.writeFileSync(list, `uv==${uvVersion} ${uvHashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`);
    const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--require-hashes', '--target', temporary, '-r', list];
    execFileSync(python310() ?? 'python3', args, {
      env: { ...process.env, PIP_CONFIG_FILE: '/dev/null', PIP_FIND_LINKS: '' },
      stdio: 'pipe',
    });
    try {
      fs.renameSync(temporary, place);
    } catch {
      // Another test file was first.
      fs.rmSync(temporary, { recursive: true, force: true });
    }
  }
  return path.dirname(program);
}
