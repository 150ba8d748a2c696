import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cleanEnvironment, repository } from './project';
import { python310 } from './python';

/** The newest pip that is known here; the one that a Python 3.10 brings along is 23.0. */
const newestPip = '26.3';

/** A folder with the newest pip, for PYTHONPATH: from the package index, kept between runs. */
export function newestPipFolder(): string {
  const place = path.join(fs.realpathSync(path.join(repository, 'node_modules')), '.cache', 'just-lora-tests', `pip-${newestPip}`);
  if (fs.existsSync(place)) return place;
  const temporary = `${place}.tmp-${process.pid}`;
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', temporary, `pip==${newestPip}`];
  execFileSync(python310() ?? 'python3', args, { env: cleanEnvironment(), stdio: 'pipe' });
  fs.renameSync(temporary, place);
  return place;
}
