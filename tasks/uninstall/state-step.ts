import * as path from 'node:path';
import { plural } from '../common/format';
import type { Context } from '../engine/context';
import { shown } from '../engine/paths';
import { stateFolder, statePath } from '../engine/state';
import { keptEnvironments, readCondaRecord } from '../environments/conda/record';
import { type Owned, removalStep } from './removal-step';
import { isStateName } from './state-names';

/** What a person would miss: what lies in these folders took hours to make, or is a person's own. Each entry is a row. */
const missed: Readonly<Record<string, string>> = {
  training: 'checkpoints, from which `train` goes on',
  kept: 'files of a person, put aside by `--force=project`',
};

/** Not state by itself: git ignores the folder for as long as it is there, and the lock is of this very run. */
const beside = ['.gitignore', 'lock.json'];

/** The state of this machine, last of all: by its records the steps before know what is ours. */
export const stateStep = removalStep('state', 'Look for the state of this machine', async (context) => {
  const { root, host } = context;
  const folder = statePath(root);
  const entry = host.files.lstat(folder);
  if (!entry) return { goes: [], stays: [] };
  if (!entry.isDirectory()) return { goes: [], stays: [`\`${stateFolder}\` is a link to \`${host.files.linkTarget(folder)}\``] };
  const links = Object.keys(missed).filter((name) => host.files.lstat(statePath(root, name))?.isSymbolicLink());
  const kept = await missedOf(context);
  const added = await addedTo(context);
  const missing = [...kept, ...added];
  const staying = () => [...links, ...(context.option('kept') === undefined ? missing.map(({ name }) => name) : []), ...recordsOf(context)];
  const names = entriesOf(context, staying());
  const state: Owned = {
    place: stateFolder,
    size: (await Promise.all(names.map((name) => host.files.sizeOf(path.join(folder, name))))).reduce((sum, size) => sum + size, 0),
    is: 'run records, proofs, plans, a fetched uv',
    remove(ran) {
      const stays = staying();
      if (stays.length === 0) return ran.host.files.remove(folder);
      for (const name of entriesOf(ran, stays)) ran.host.files.remove(path.join(folder, name));
    },
  };
  return {
    kept: missing.flatMap(({ owned }) => owned),
    goes: names.length > 0 || staying().length === 0 ? [state] : [],
    stays: links.map((name) => `\`${stateFolder}/${name}\` is a link to \`${host.files.linkTarget(statePath(root, name))}\``),
  };
});

const entriesOf = ({ root, host }: Context, stays: readonly string[]): string[] =>
  host.files.list(statePath(root)).filter((name) => !beside.includes(name) && !stays.includes(name));

/** What a person put beside it. */
async function addedTo({ root, host: { files } }: Context): Promise<{ name: string; owned: Owned[] }[]> {
  const names = files.list(statePath(root)).filter((name) => !isStateName(name));
  return Promise.all(
    names.map(async (name) => {
      const place = statePath(root, name);
      const size = await files.sizeOf(place);
      return {
        name,
        owned: [{ place: shown(root, place), size, is: 'not written by just-lora', remove: ({ host }) => host.files.remove(place) }],
      };
    }),
  );
}

/** By it `--kept` finds the environments that stay. */
function recordsOf(context: Context): string[] {
  const record = readCondaRecord(context);
  const isNeeded = record && [record.prefix, ...keptEnvironments(context, record).map(({ place }) => place)].some(context.host.files.lstat);
  return isNeeded ? ['conda.json'] : [];
}

/** The folders that hold anything, each with its entries. */
async function missedOf({ root, host: { files } }: Context): Promise<{ name: string; owned: Owned[] }[]> {
  const found = await Promise.all(
    Object.entries(missed).map(async ([name, is]) => {
      if (!files.lstat(statePath(root, name))?.isDirectory()) return { name, owned: [] };
      const holding = files
        .list(statePath(root, name))
        .map((entry) => ({ place: statePath(root, name, entry), count: files.filesUnder(statePath(root, name, entry)).length }))
        .filter(({ place, count }) => count > 0 || !files.lstat(place)?.isDirectory());
      const owned = holding.map(
        async ({ place, count }): Promise<Owned> => ({
          place: shown(root, place),
          size: await files.sizeOf(place),
          is: `${is}${count > 0 ? ` (${plural(count, 'file')})` : ''}`,
          remove: ({ host }) => host.files.remove(place),
        }),
      );
      return { name, owned: await Promise.all(owned) };
    }),
  );
  return found.filter(({ owned }) => owned.length > 0);
}
