import * as path from 'node:path';
import type { Context } from '../engine/context';
import { below, projectPaths } from '../engine/paths';
import { statePath } from '../engine/state';

const GB = 1e9;

/** A part of the project, where it goes, the folders that hold it, and how many bytes it may grow to. */
interface Category {
  name: string;
  goesTo: string;
  folders: string[];
  budgetBytes: number;
  buffer?: boolean;
}

/** A part as it lies on one filesystem. */
export interface VolumePart {
  name: string;
  budgetBytes: number;
  thereBytes: number;
  /** Room to work in: wanted for comfort, not for going on at all. */
  buffer?: boolean;
}

/** One filesystem and the parts of the project that go there. */
export interface Volume {
  measured: string;
  availableBytes: number;
  /** Files that can still be made; `undefined` where the filesystem does not count them. */
  availableFiles?: number | undefined;
  parts: VolumePart[];
}

/** The parts of the project, with the budgets of the settings. */
export function categoriesOf(context: Context): Category[] {
  const { budget_gb } = context.settings.setup.storage;
  const paths = projectPaths(context);
  return [
    { name: 'raw data', goesTo: paths.data_raw, folders: [paths.data_raw], budgetBytes: budget_gb.raw * GB },
    {
      name: 'processed data',
      goesTo: paths.data_processed,
      folders: [paths.data_processed, paths.data_synthetic],
      budgetBytes: budget_gb.processed * GB,
    },
    { name: 'models', goesTo: paths.models_dir, folders: ownModels(context, paths.models_dir), budgetBytes: budget_gb.models * GB },
    {
      name: 'checkpoints',
      goesTo: statePath(context.root, 'training'),
      folders: [statePath(context.root, 'training'), paths.adapters_dir],
      budgetBytes: budget_gb.checkpoints * GB,
    },
    // Downloads in progress lie beside the models; nothing of it is there to count.
    { name: 'buffer', goesTo: paths.models_dir, folders: [], budgetBytes: budget_gb.buffer * GB, buffer: true },
  ];
}

/** A folder in the project is its own; one elsewhere holds other people's models too, and may hold the project itself. */
function ownModels({ host, root, settings }: Context, folder: string): string[] {
  const real = (place: string) => host.files.realPath(place) ?? place;
  if (below(real(root), real(folder)) !== undefined) return [folder];
  return Object.keys(settings.setup.models).map((name) => path.join(folder, name));
}

/** The filesystems that the parts go to, with what is free; what is there already costs a walk through every folder, and is 0 without. */
export async function volumesOf(
  { host }: Context,
  categories: readonly Category[],
  measure?: (folder: string) => Promise<number>,
): Promise<Volume[]> {
  const volumes = new Map<number, Volume>();
  for (const { goesTo, folders, ...part } of categories) {
    const { device, availableBytes, availableFiles, measured } = await host.disk.freeSpace(goesTo);
    const volume: Volume = volumes.get(device) ?? { measured, availableBytes, availableFiles, parts: [] };
    let thereBytes = 0;
    // What lies on another filesystem takes none of this one's room.
    const here = folders.filter((folder) => host.files.stat(folder)?.dev === device);
    if (measure) for (const folder of here) thereBytes += await measure(folder);
    volume.parts.push({ ...part, thereBytes });
    volumes.set(device, volume);
  }
  return [...volumes.values()];
}
