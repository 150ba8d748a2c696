import type { Context } from './core/context';
import { projectPaths, shown } from './core/paths';
import type { Step, Table } from './core/step';
import { defineTask, type LoraTask } from './core/task';
import { bytes } from './core/text';

const GB = 1e9;

interface Category {
  name: string;
  folders: string[];
  budgetBytes: number;
  buffer?: boolean;
}

export interface Part {
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
  parts: Part[];
}

/** Room, by filesystem. What is already there counts: a project that holds its model needs no second one. */
const storage: Step = {
  name: 'storage',
  title: 'Look at the free space',
  async check(context, depth) {
    const settings = context.settings.setup.storage;
    const categories = categoriesOf(context);
    const whole = budgetsOf(categories);
    // Measuring what is there walks every folder: only where the free space alone does not settle it.
    const free = await volumesOf(context, categories, false);
    const judge = (volumes: readonly Volume[]) =>
      volumes.map((volume) => judgeVolume(volume, whole, settings.error_gb * GB, settings.warn_gb * GB));
    const settled = depth === 'quick' && judge(free).every(({ level }) => level === 'ok');
    const volumes = settled ? free : await volumesOf(context, categories, true);
    const verdicts = judge(volumes);
    const table = { ...(settled ? {} : { table: tableOf(volumes) }), data: { volumes: dataOf(context.root, verdicts, !settled) } };
    const worst = verdicts.find(({ level }) => level === 'error') ?? verdicts.find(({ level }) => level === 'warn') ?? verdicts[0];
    if (!worst) return { state: 'unknown', found: 'no folder to look at' };
    const { volume, thereBytes, wantedBytes, level } = worst;
    const there = thereBytes > 0 ? ` and ${bytes(thereBytes)} already there` : '';
    const found = `${bytes(volume.availableBytes)} free in \`${shown(context.root, volume.measured)}\`${there}, ${bytes(wantedBytes)} needed`;
    if (level === 'error')
      return {
        state: 'blocked',
        code: 'E_STORAGE',
        found,
        needed: `${bytes(wantedBytes - thereBytes)} free`,
        fix: `free ${bytes(wantedBytes - thereBytes - volume.availableBytes)}, or give it other folders in configs/paths_config.local.yaml`,
        ...table,
      };
    if (level === 'warn')
      return {
        state: 'done',
        found,
        warning: `${bytes(settings.warn_gb * GB)} would be comfortable: free ${bytes(worst.comfortBytes - thereBytes - volume.availableBytes)} more`,
        ...table,
      };
    return { state: 'done', found, ...table };
  },
};

/** Looks at the free space of each filesystem that the project uses. */
export function storageTask(): LoraTask {
  return defineTask({
    name: 'storage',
    description: 'Check that there is room for data, models and adapters',
    details:
      'Free space is measured on each filesystem that the project uses, and what is already there counts. Thresholds: setup.storage in configs/setup.yaml.',
    example: 'npx just storage --set setup.storage.error_gb=10',
    items: [storage],
    depth: 'full',
  });
}

interface Budgets {
  /** Bytes that data, models and adapters may grow to. */
  kept: number;
  /** The same with the room to work in. */
  all: number;
}

function budgetsOf(parts: readonly { budgetBytes: number; buffer?: boolean }[]): Budgets {
  const sum = (some: typeof parts) => some.reduce((total, { budgetBytes }) => total + budgetBytes, 0);
  return { kept: sum(parts.filter(({ buffer }) => !buffer)), all: sum(parts) };
}

/**
 * The thresholds are for the whole project; a filesystem that takes a part of it needs its share:
 * of the error threshold by what is kept there, of the warning by the buffer too.
 * @returns bytes that are wanted, and how the free bytes and those already there compare
 */
export function judgeVolume(volume: Volume, whole: Budgets, errorBytes: number, warnBytes: number) {
  const budget = budgetsOf(volume.parts);
  const thereBytes = volume.parts.reduce((sum, part) => sum + Math.min(part.thereBytes, part.budgetBytes), 0);
  const share = (part: number, of: number) => (of > 0 ? part / of : 1);
  const wantedBytes = Math.round(errorBytes * share(budget.kept, whole.kept));
  const comfortBytes = Math.max(wantedBytes, Math.round(warnBytes * share(budget.all, whole.all)));
  const room = volume.availableBytes + thereBytes;
  const level = room < wantedBytes ? 'error' : room < comfortBytes ? 'warn' : 'ok';
  return { volume, thereBytes, wantedBytes, comfortBytes, level } as const;
}

function categoriesOf(context: Context): Category[] {
  const { budget_gb } = context.settings.setup.storage;
  const paths = projectPaths(context);
  return [
    { name: 'raw data', folders: [paths.data_raw], budgetBytes: budget_gb.raw * GB },
    { name: 'processed data', folders: [paths.data_processed, paths.data_synthetic], budgetBytes: budget_gb.processed * GB },
    { name: 'models', folders: [paths.models_dir], budgetBytes: budget_gb.models * GB },
    { name: 'checkpoints', folders: [paths.adapters_dir], budgetBytes: budget_gb.checkpoints * GB },
    // Downloads in progress lie beside the models; nothing of it is there to count.
    { name: 'buffer', folders: [], budgetBytes: budget_gb.buffer * GB, buffer: true },
  ];
}

async function volumesOf({ host, settings, root }: Context, categories: readonly Category[], measure: boolean): Promise<Volume[]> {
  const volumes = new Map<number, Volume>();
  const models = projectPaths({ host, settings, root }).models_dir;
  for (const { folders, ...part } of categories) {
    const { device, availableBytes, measured } = await host.disk.freeSpace(folders[0] ?? models);
    const volume = volumes.get(device) ?? { measured, availableBytes, parts: [] };
    let thereBytes = 0;
    if (measure) for (const folder of folders) thereBytes += await host.files.sizeOf(folder);
    volume.parts.push({ ...part, thereBytes });
    volumes.set(device, volume);
  }
  return [...volumes.values()];
}

/** The same for machines, in bytes; what is there only where it was measured. */
function dataOf(root: string, verdicts: readonly ReturnType<typeof judgeVolume>[], measured: boolean): object[] {
  return verdicts.map(({ volume, wantedBytes, comfortBytes }) => ({
    folder: shown(root, volume.measured),
    availableBytes: volume.availableBytes,
    neededBytes: wantedBytes,
    comfortBytes,
    parts: volume.parts.map(({ name, budgetBytes, thereBytes, buffer }) => ({
      name,
      budgetBytes,
      ...(measured && !buffer ? { thereBytes } : {}),
    })),
  }));
}

function tableOf(volumes: readonly Volume[]): Table {
  const rows = volumes.flatMap((volume) =>
    volume.parts.map(({ name, budgetBytes, thereBytes }) => [
      name,
      bytes(budgetBytes),
      bytes(thereBytes),
      bytes(Math.max(0, budgetBytes - thereBytes)),
      bytes(volume.availableBytes),
    ]),
  );
  return [['category', 'budget', 'already there', 'still needed', 'free where it goes'], ...rows];
}
