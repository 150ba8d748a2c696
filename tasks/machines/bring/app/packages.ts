import * as path from 'node:path';
import type { Host } from '../../../platform';
import { fieldsOf } from '../../../untrusted/json';

/** A package that a run needs: where it lies here, and where it is to lie below the app. */
export interface Package {
  folder: string;
  /** `node_modules/NAME`, or below that of the package that alone needs this version of it. */
  place: string;
  version: string;
}

/**
 * The packages that a package needs to run, laid out for Node's own resolution (nodejs.org/api/modules.html, "Loading from
 * node_modules folders"): each at the top where its name is free, else below the one that asks for another version. What is optional
 * and what is types alone stays here.
 * @param root folder of the package
 * @throws Error where one is missing
 */
export function packagesOf(host: Host, root: string): Package[] {
  const placed = new Map<string, string>();
  const versions = new Map<string, string>();
  const waiting: [folder: string, place: string][] = [[root, '']];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [folder, place] = next;
    const { dependencies, version } = manifestOf(host, folder);
    versions.set(folder, version);
    for (const name of dependencies) {
      const found = findPackage(host, folder, name);
      const visible = seenFrom(place, name).find((each) => placed.has(each));
      if (visible !== undefined && placed.get(visible) === found) continue;
      const at = visible === undefined ? `node_modules/${name}` : path.posix.join(place, 'node_modules', name);
      placed.set(at, found);
      waiting.push([found, at]);
    }
  }
  return [...placed].map(([place, folder]) => ({ folder, place, version: versions.get(folder) ?? '' }));
}

function manifestOf({ files }: Host, folder: string): { dependencies: string[]; version: string } {
  const { dependencies, optionalDependencies, version } = fieldsOf(files.readJson(path.join(folder, 'package.json'))) ?? {};
  const optional = fieldsOf(optionalDependencies) ?? {};
  const needed = Object.keys(fieldsOf(dependencies) ?? {}).filter((name) => !name.startsWith('@types/') && !Object.hasOwn(optional, name));
  return { dependencies: needed, version: String(version) };
}

/** Where a package of this place would be found, the nearest first. */
function seenFrom(place: string, name: string): string[] {
  const places: string[] = [];
  for (let at = place; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1)))
    places.push(path.posix.join(at, 'node_modules', name));
  return [...places, `node_modules/${name}`];
}

/** The folder that Node would find, links resolved. */
function findPackage({ files }: Host, from: string, name: string): string {
  for (let at = from; ; at = path.dirname(at)) {
    const folder = path.basename(at) === 'node_modules' ? path.join(at, name) : path.join(at, 'node_modules', name);
    if (files.stat(path.join(folder, 'package.json'))) return files.realPath(folder) ?? folder;
    if (path.dirname(at) === at) throw new Error(`the package ${name} is not installed: npm ci`);
  }
}
