import * as path from 'node:path';
import { bytes, plural } from '../../common/format';
import type { Context } from '../../engine/context';
import { projectPaths, shown } from '../../engine/paths';
import type { Step } from '../../engine/step';
import { modelsOf } from '../model/models';
import { type Leftover, leftoversIn, removeLeftovers } from '../partials/partials';
import { withFolderLock } from '../store/folder-lock';

/** A step for each folder that may hold partial files: those of the settings, and any other in the models folder. */
export function cleanSteps(context: Context): Step[] {
  const asked = context.option('model');
  if (asked !== undefined && asked !== 'all') return modelsOf(context, asked).map(({ name, folder }) => cleanStep(name, folder));
  const { models_dir } = projectPaths(context);
  const there = context.host.files
    .list(models_dir)
    .filter((name) => context.host.files.stat(path.join(models_dir, name, '.cache'))?.isDirectory());
  const names = there.length > 0 ? there : Object.keys(context.settings.setup.models);
  return names.map((name) => cleanStep(name, path.join(models_dir, name)));
}

function cleanStep(name: string, folder: string): Step<readonly Leftover[]> {
  return {
    name: `clean:${name}`,
    title: `Clean ${name}`,
    async check({ host, root }) {
      const leftovers = leftoversIn(host, folder);
      const data = { folder, files: leftovers.map(({ file, of, bytes }) => ({ path: shown(folder, file), of: of ?? null, bytes })) };
      if (leftovers.length === 0)
        return { state: 'done', found: `no partial file and none with wrong bytes in \`${shown(root, folder)}\``, data, seen: leftovers };
      const table = [
        ['file', 'what it is', 'of', 'on disk'],
        ...leftovers.map(({ file, of, isWrong, bytes: size }) => [
          shown(folder, file),
          isWrong ? 'wrong bytes' : 'partial',
          of ?? '',
          bytes(size),
        ]),
      ];
      return { state: 'todo', found: `${sizeOf(leftovers)} in \`${shown(root, folder)}\``, data, table, seen: leftovers };
    },
    async plan(context, seen = []) {
      const { host } = context;
      return [
        {
          title: `remove ${sizeOf(seen)}`,
          async run(_, progress) {
            const remove = async (waited: boolean) => {
              const leftovers = waited ? leftoversIn(host, folder) : seen;
              removeLeftovers(host, folder, leftovers);
            };
            // What a download of another project is about to fill is no leftover.
            await withFolderLock(context, folder, progress, remove, { freesSpace: true });
          },
        },
      ];
    },
  };
}

/** `2 partial files and 1 file with wrong bytes (12 MB)` */
function sizeOf(leftovers: readonly Leftover[]): string {
  const wrong = leftovers.filter(({ isWrong }) => isWrong).length;
  const kinds = [
    ...(wrong < leftovers.length ? [plural(leftovers.length - wrong, 'partial file')] : []),
    ...(wrong > 0 ? [`${plural(wrong, 'file')} with wrong bytes`] : []),
  ];
  return `${kinds.join(' and ')} (${bytes(leftovers.reduce((sum, { bytes }) => sum + bytes, 0))})`;
}
