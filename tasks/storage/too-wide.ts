import * as path from 'node:path';
import type { Context } from '../engine/context';
import { below, projectPaths } from '../engine/paths';
import type { Finding } from '../engine/step';

/** A folder of the settings that holds the project itself, as `/` does: what lies there is not the project's, and no walk through it ends soon. */
export function tooWide(context: Context): Finding | undefined {
  const { host, root, origins } = context;
  const real = (folder: string) => host.files.realPath(folder) ?? folder;
  const project = real(root);
  const { data_raw, data_processed, data_synthetic, models_dir, adapters_dir } = projectPaths(context);
  for (const [name, folder] of Object.entries({ data_raw, data_processed, data_synthetic, models_dir, adapters_dir })) {
    const place = real(folder);
    if (place !== path.parse(place).root && below(place, project) === undefined) continue;
    const from = origins.get(`paths.${name}`);
    return {
      state: 'blocked',
      code: 'E_CONFIG',
      found: `paths.${name} is \`${place}\`${from ? `, by ${from}` : ''}: it holds the project itself`,
      needed: 'a folder for this alone, inside of the project or elsewhere',
      fix: `write another folder for \`${name}\` into configs/paths_config.local.yaml`,
    };
  }
  return undefined;
}
