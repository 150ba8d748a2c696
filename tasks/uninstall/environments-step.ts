import type { Context } from '../engine/context';
import { absolute, below, projectPaths, shown } from '../engine/paths';
import { backupPath, isOurs, isVacant, removeOwned } from '../environments/venv/packages/backup';
import { readEnvironmentRecord } from '../environments/venv/packages/environment-record';
import { type Belongings, isInside, type Owned, removalStep } from './removal-step';

/** The environments that uv or pip made, and what waits beside one of them: each has our mark in it. */
export const environmentsStep = removalStep('environments', 'Look for environments', async (context) => {
  const { environments, remote } = context.settings.setup;
  const folders = [environments.local.path, remote.path].map((setting) => absolute(context, setting));
  const looked = await Promise.all(
    [...new Set(folders)].flatMap((folder) => [folder, backupPath(folder)]).map((folder) => look(context, folder)),
  );
  return { goes: looked.flatMap(({ goes }) => goes), stays: looked.flatMap(({ stays }) => stays) };
});

async function look(context: Context, folder: string): Promise<Belongings> {
  const { files } = context.host;
  const place = shown(context.root, folder);
  const stays = (why: string): Belongings => ({ goes: [], stays: [`\`${place}\` ${why}`] });
  const entry = files.lstat(folder);
  if (!entry) return { goes: [], stays: [] };
  if (entry.isSymbolicLink()) return stays(`is a link to \`${files.linkTarget(folder)}\`: just-lora follows none out of the project`);
  if (!isOurs(context, folder) && !isVacant(context, folder)) return stays('is not one that just-lora made');
  const held = [context.root, ...Object.values(projectPaths(context))].find(
    (other) => other === folder || below(folder, other) !== undefined,
  );
  if (held) return stays(`holds \`${shown(context.root, held)}\``);
  // A copy at another place than the one it was built at is a person's; a project may have moved with its environment.
  const record = readEnvironmentRecord(context, folder);
  const isHere = record?.state === 'done' && [record.path, backupPath(record.path)].includes(folder);
  if (!isInside(context, folder) && !isHere) return stays('lies outside of the project, and was not built there');
  const owned: Owned = {
    place,
    size: await files.sizeOf(folder),
    is: isInside(context, folder) ? 'environment' : 'environment outside of the project: who else names it in settings uses it too',
    remove: (ran) => removeOwned(ran, folder),
  };
  return { goes: [owned], stays: [] };
}
