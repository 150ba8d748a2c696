import * as path from 'node:path';
import type { Context } from '../engine/context';
import { projectPaths, shown } from '../engine/paths';
import { leftoversIn, removeLeftovers } from '../hub/partials/partials';
import { withFolderLock } from '../hub/store/folder-lock';
import { lockFile, ownCache, replaced } from '../hub/store/layout';
import { isInside, type Owned, removalStep } from './removal-step';

/** What downloads left beside the models: partial files, and what was noted so that hashes are not made anew. Never a model. */
export const modelsStep = removalStep('models', 'Look for what downloads have left', async (context) => {
  const { models_dir } = projectPaths(context);
  const { files } = context.host;
  if (!files.stat(models_dir)) return { goes: [], stays: [] };
  const folders = files
    .list(models_dir)
    .map((name) => path.join(models_dir, name))
    .filter((folder) => files.lstat(folder)?.isDirectory() && files.lstat(path.join(folder, '.cache'))?.isDirectory());
  if (folders.length > 0 && !isInside(context, models_dir)) {
    const place = shown(context.root, models_dir);
    return { goes: [], stays: [`\`${place}\` leads out of the project: \`npx just model:clean\` removes the partial files there`] };
  }
  return {
    goes: folders.flatMap((folder) => ownedIn(context, folder)),
    stays: folders
      .filter((folder) => context.host.shared.list(folder, replaced).length > 0)
      .map((folder) => `\`${shown(context.root, path.join(folder, replaced))}\` holds files that stood in the way of a download`),
  };
});

function ownedIn({ root, host }: Context, folder: string): Owned[] {
  const { shared } = host;
  const isOther = (name: string) => name !== lockFile(folder).name && !name.startsWith(`${replaced}/`);
  const notes = shared.list(folder, ownCache).filter(isOther);
  const leftovers = leftoversIn(host, folder);
  const names = [...new Set([...notes, ...leftovers.map(({ name }) => name)])];
  if (names.length === 0) return [];
  return [
    {
      place: shown(root, path.join(folder, '.cache')),
      size: names.reduce((sum, name) => sum + (shared.lstat(folder, name)?.blocks ?? 0) * 512, 0),
      is: `${leftovers.length > 0 ? 'partial files and ' : ''}notes of downloads; the model stays`,
      async remove(context, progress) {
        const { host } = context;
        await withFolderLock(
          context,
          folder,
          progress,
          async () => {
            removeLeftovers(host, folder, leftoversIn(host, folder));
            for (const name of host.shared.list(folder, ownCache).filter(isOther))
              host.shared.permitted(() => host.shared.remove(folder, name));
          },
          { freesSpace: true },
        );
        host.shared.removeEmptyFolders(folder, ownCache);
      },
    },
  ];
}
