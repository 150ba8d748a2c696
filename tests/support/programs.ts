import * as fs from 'node:fs';
import * as path from 'node:path';
import { temporaryFolder } from './project';

/**
 * The system's programs but for some, as links in a folder for PATH: a machine that lacks what this one has.
 * @param missing names of those that are left out
 * @param instead others, by name: what each leads to
 */
export function programsWithout(missing: RegExp, instead: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder('programs');
  for (const [name, target] of Object.entries(instead)) fs.symlinkSync(target, path.join(folder, name));
  const there = new Set(Object.keys(instead));
  for (const from of ['/usr/bin', '/bin'])
    for (const name of fs.existsSync(from) ? fs.readdirSync(from) : []) {
      if (missing.test(name) || there.has(name)) continue;
      fs.symlinkSync(path.join(from, name), path.join(folder, name));
      there.add(name);
    }
  return folder;
}
