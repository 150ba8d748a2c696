import { some } from '../common/format';
import type { Context } from '../engine/context';
import { shown } from '../engine/paths';
import { additionsTo } from '../environments/conda/additions';
import { isSameFolder, keptEnvironments, readCondaRecord } from '../environments/conda/record';
import { type Belongings, isInside, type Owned, removalStep, together } from './removal-step';

/** What conda made for this project: its environment, the rest of a build that was killed, and those that were moved aside and kept. */
export const condaStep = removalStep('conda', 'Look for environments of conda', async (context) => {
  const record = readCondaRecord(context);
  if (!record) return { goes: [], stays: [] };
  const half = isSameFolder(context, record.prefix, record.folder) && record.phase !== 'none';
  const places = [record.prefix, ...(record.aside ? [record.aside] : []), ...keptEnvironments(context, record).map(({ place }) => place)];
  const looked = await Promise.all(
    [...new Set(places)].map((prefix) => look(context, prefix, record.prefix, half && prefix === record.prefix)),
  );
  return together(looked);
});

async function look(context: Context, prefix: string, madeAt: string, isHalf: boolean): Promise<Belongings> {
  const { files } = context.host;
  const place = shown(context.root, prefix);
  const stays = (why: string): Belongings => ({ goes: [], stays: [`\`${place}\` ${why}`] });
  const entry = files.lstat(prefix);
  if (!entry) return { goes: [], stays: [] };
  if (entry.isSymbolicLink()) return stays('is a link');
  const added = isHalf ? [] : additionsTo(context, prefix, madeAt);
  if (!added) return stays('is not an environment that just-lora made there');
  const with_ = added.length > 0 ? ` with ${some(added)}, which a person added` : '';
  const shared = isInside(context, prefix) ? '' : '; outside of the project: others of its name use it too';
  const owned: Owned = {
    place,
    size: await files.sizeOf(prefix),
    is: `environment of conda${with_}${shared}`,
    remove: ({ host }) => host.files.remove(prefix),
  };
  return added.length > 0 ? { goes: [], stays: [], kept: [owned] } : { goes: [owned], stays: [] };
}
