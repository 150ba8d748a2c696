import { some } from '../common/format';
import type { Context } from '../engine/context';
import { absolute, below, projectPaths, shown } from '../engine/paths';
import { realPlace } from '../environments/prefix/prefix';
import { profileVariants } from '../environments/profile/profile-files';
import { additionsToVenv } from '../environments/venv/packages/additions';
import { isOurs, isVacant, removeOwned } from '../environments/venv/packages/backup';
import { readEnvironmentRecord } from '../environments/venv/packages/environment-record';
import { keptAdditions } from '../environments/venv/packages/keep-additions';
import { placesBeside } from '../environments/venv/packages/variants';
import { type Belongings, isInside, type Owned, removalStep, together } from './removal-step';

/** The environments that uv or pip made, and those that wait beside one of them, of other profiles too: each has our mark in it. */
export const environmentsStep = removalStep('environments', 'Look for environments', async (context) => {
  const { environments, remote } = context.settings.setup;
  const places = new Set([environments.local.path, remote.path].map((setting) => absolute(context, setting)));
  const all = [...places].flatMap((place) =>
    [place, ...placesBeside(context, profileVariants, place)].map((folder) => ({ place, folder })),
  );
  const looked = await Promise.all(all.map(({ place, folder }) => look(context, place, folder)));
  const kept = [...places].flatMap((place) => keptAdditions(context, place));
  const stays = kept.map((folder) => `\`${shown(context.root, folder)}\` keeps what a person added to an environment, or moved aside`);
  return together([...looked, { goes: [], stays }]);
});

/** @param madeAt where it was made, where it waits beside that */
async function look(context: Context, madeAt: string, folder: string): Promise<Belongings> {
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
  const isHere = record?.state === 'done' && [madeAt, realPlace(context.host, madeAt)].includes(record.path);
  if (!isInside(context, folder) && !isHere) return stays('lies outside of the project, and was not built there');
  const added = additionsToVenv(context, folder);
  const shared = isInside(context, folder) ? '' : ' outside of the project: who else names it in settings uses it too';
  const owned: Owned = {
    place,
    size: await files.sizeOf(folder),
    is: `environment${added.length > 0 ? ` with ${some(added)}, which a person added` : ''}${shared}`,
    remove: (ran) => removeOwned(ran, folder),
  };
  return added.length > 0 ? { goes: [], stays: [], kept: [owned] } : { goes: [owned], stays: [] };
}
