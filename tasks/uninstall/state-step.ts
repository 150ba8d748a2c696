import { stateFolder, statePath } from '../engine/state';
import { removalStep } from './removal-step';

/** The state of this machine, last of all: by its records the steps before know what is ours. */
export const stateStep = removalStep('state', 'Look for the state of this machine', async ({ root, host }) => {
  const folder = statePath(root);
  const entry = host.files.lstat(folder);
  if (!entry) return { goes: [], stays: [] };
  if (!entry.isDirectory()) return { goes: [], stays: [`\`${stateFolder}\` is a link to \`${host.files.linkTarget(folder)}\``] };
  return {
    goes: [
      {
        place: stateFolder,
        size: await host.files.sizeOf(folder),
        is: 'run records, proofs, plans, a fetched uv',
        remove: (context) => context.host.files.remove(folder),
      },
    ],
    stays: [],
  };
});
