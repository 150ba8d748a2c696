import * as path from 'node:path';
import type { Context } from '../engine/context';
import { projectPaths } from '../engine/paths';
import type { Finding } from '../engine/step';
import { ownFile } from '../settings/read/sources';

/** A folder of the settings that is the root of the file system: what lies there is not the project's, and no walk through it ends soon. */
export function tooWide(context: Context): Finding | undefined {
  const { host, origins, environment } = context;
  const { data_raw, data_processed, data_synthetic, models_dir, adapters_dir } = projectPaths(context);
  for (const [name, folder] of Object.entries({ data_raw, data_processed, data_synthetic, models_dir, adapters_dir })) {
    const place = host.files.realPath(folder) ?? folder;
    if (place !== path.parse(place).root) continue;
    const from = origins.get(`paths.${name}`);
    return {
      state: 'blocked',
      code: 'E_CONFIG',
      found: `paths.${name} is \`${place}\`${from ? `, by ${from}` : ''}: it holds all of the machine`,
      needed: 'a folder for this alone, inside of the project or elsewhere',
      fix: `write another folder for \`${name}\` into ${ownFile('paths', environment)}`,
    };
  }
  return undefined;
}
