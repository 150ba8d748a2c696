import { printable } from '../../untrusted/text';

/**
 * Reads what `nvidia-smi` prints. A field that it does not know (`[N/A]`, `ERR!` …) is `undefined`, never 0. A process is
 * called as its owner likes, who may be somebody else: no control character gets through, and each field has a length.
 */

/** A card as {@link parseGpus} reads it; bytes. */
export interface SmiGpu {
  index: number;
  uuid: string | undefined;
  name: string;
  driver: string | undefined;
  memoryTotalBytes: number | undefined;
  memoryFreeBytes: number | undefined;
  /** Multi-Instance GPU; `undefined` on cards that have none. */
  mig: 'enabled' | 'disabled' | undefined;
  /** Fields that hold an error where a value belongs: `memory.free ERR!`. */
  faults: string[];
}

/** The fields of {@link parseGpus}, in their order. */
export const gpuFields = ['index', 'uuid', 'name', 'driver_version', 'memory.total', 'memory.free', 'mig.mode.current'] as const;
/** What a driver is asked that does not know the last of {@link gpuFields}. */
export const gpuFieldsOfOldDrivers = gpuFields.slice(0, -1);

/** Lines of `--query-gpu` with {@link gpuFields}; what is no such line is left out. */
export function parseGpus(csv: string): SmiGpu[] {
  return rows(csv).flatMap((cells) => {
    const [index, uuid, name, driver, total, free, mig] = cells;
    if (!index || !isNumber(index) || name === undefined || cells.length < gpuFieldsOfOldDrivers.length) return [];
    const faults = cells.flatMap((cell, column) =>
      /^(ERR!|\[?(Unknown Error|GPU requires reset|GPU is lost)\]?)$/i.test(cell) ? [`${gpuFields[column]} ${cell}`] : [],
    );
    return [
      {
        index: Number(index),
        uuid: known(uuid),
        name: known(name) ?? 'unknown GPU',
        driver: /^\d{1,5}(\.\d{1,5}){1,3}$/.test(driver ?? '') ? driver : undefined,
        memoryTotalBytes: mebibytes(total),
        memoryFreeBytes: mebibytes(free),
        mig: /^enabled$/i.test(mig ?? '') ? 'enabled' : /^disabled$/i.test(mig ?? '') ? 'disabled' : undefined,
        faults,
      } as const,
    ];
  });
}

/** Lines of `--query-gpu=compute_cap`: a capability such as `8.6` for each GPU. */
export const parseCapabilities = (csv: string): (string | undefined)[] =>
  rows(csv, (line) => !tellsLostCard(line)).map(([cell, ...more]) =>
    more.length === 0 && /^\d+\.\d$/.test(cell ?? '') ? cell : undefined,
  );

/** What `nvidia-smi` prints in the place of a card that stopped answering. */
const lostCard = /Unable to determine the device handle|GPU is lost|fallen off the bus|GPU requires reset/i;

/** Whether a line tells of a card that stopped answering, where a line about a card belongs. */
const tellsLostCard = (line: string): boolean => lostCard.test(line) && !/^\s*\d+,/.test(line);

/** The cards that stopped answering while others did: each as `nvidia-smi` says it, once. */
export function parseLostCards(...answers: string[]): string[] {
  const byCard = new Map<string, string>();
  for (const line of answers.flatMap((answer) => linesOf(answer)).filter(tellsLostCard)) {
    const address = /\b[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.\d\b/i.exec(line)?.[0].toLowerCase() ?? line.trim();
    if (!byCard.has(address)) byCard.set(address, line.trim().replace(/^Unable to determine the device handle for\s+/i, ''));
  }
  return [...byCard.values()];
}

/** What keeps a card from being used though it is there. */
export interface GpuHealth {
  index: number;
  computeMode: 'default' | 'exclusive_process' | 'prohibited' | undefined;
  /** Uncorrected memory errors since the driver was loaded; `undefined` on cards without ECC. */
  uncorrectedErrors: number | undefined;
}

/** The fields of {@link parseHealth}. */
export const healthFields = ['index', 'compute_mode', 'ecc.errors.uncorrected.volatile.total'] as const;

/** Lines of `--query-gpu` with {@link healthFields}. */
export function parseHealth(csv: string): GpuHealth[] {
  return rows(csv).flatMap(([index = '', mode = '', errors = '']) => {
    if (!isNumber(index)) return [];
    const computeMode = (['default', 'exclusive_process', 'prohibited'] as const).find((name) => name === mode.toLowerCase());
    return [{ index: Number(index), computeMode, uncorrectedErrors: isNumber(errors) ? Number(errors) : undefined }];
  });
}

/** A program that holds memory of a card. */
export interface GpuProcess {
  uuid: string;
  pid: number;
  name: string;
  usedBytes: number | undefined;
}

/** The fields of {@link parseProcesses}. */
export const processFields = ['gpu_uuid', 'pid', 'process_name', 'used_gpu_memory'] as const;

/** Lines of `--query-compute-apps` with {@link processFields}. */
export function parseProcesses(csv: string): GpuProcess[] {
  return rows(csv).flatMap((cells) => {
    const [uuid = '', pid = ''] = cells;
    if (!/^(GPU|MIG)-/.test(uuid) || !isNumber(pid)) return [];
    // A command may hold a comma; the memory is the last cell.
    return [{ uuid, pid: Number(pid), name: cells.slice(2, -1).join(', '), usedBytes: mebibytes(cells.at(-1)) }];
  });
}

/** The newest CUDA that the driver supports, from the head of plain `nvidia-smi`. */
export const parseCudaOfDriver = (text: string): string | undefined => /CUDA(?: UMD)? Version:\s{0,20}(\d{1,4}\.\d{1,4})/.exec(text)?.[1];

/** A part of a card that is split (Multi-Instance GPU). */
export interface MigDevice {
  gpuIndex: number;
  /** `3g.20gb` */
  profile: string;
  uuid: string;
  memoryBytes: number | undefined;
}

/** MIG devices of `nvidia-smi -L`, each below its card. The number of a profile is its memory in GiB, rounded up. */
export function parseMigDevices(list: string): MigDevice[] {
  let gpuIndex: number | undefined;
  return linesOf(list).flatMap((line) => {
    const gpu = /^GPU (\d{1,9}):/.exec(line);
    if (gpu) gpuIndex = Number(gpu[1]);
    const mig = /^\s+MIG (\S+)\s+Device\s+\d+:\s*\(UUID: ([^)]+)\)/.exec(line);
    const [, profile = '', uuid = ''] = mig ?? [];
    const gib = Number(/(\d{1,6})gb/i.exec(profile)?.[1]);
    return mig && gpuIndex !== undefined ? [{ gpuIndex, profile, uuid, memoryBytes: gib > 0 ? gib * 2 ** 30 : undefined }] : [];
  });
}

/** The release that `nvcc --version` names. */
export const parseNvcc = (text: string): string | undefined => /release (\d{1,4}\.\d{1,4})/.exec(text)?.[1];

const rows = (csv: string, isRow: (line: string) => boolean = () => true): string[][] =>
  linesOf(csv)
    .filter((line) => line.trim() !== '' && isRow(line))
    .map((line) => line.split(',').map((cell) => cell.trim()));

/** A machine has some cards and some hundred processes. */
const [mostLines, longestLine] = [10_000, 1000];

/** The lines of an answer, clean and bounded. */
export const linesOf = (text: string): string[] =>
  printable(text.slice(0, mostLines * 200))
    .split(/\r?\n/, mostLines)
    .map((line) => line.slice(0, longestLine));

/** An index, a process number or a count, which fits every integer of theirs. */
const isNumber = (cell: string): boolean => /^\d{1,15}$/.test(cell);

const known = (cell: string | undefined): string | undefined => (cell && !/^(\[.*\]|N\/A|ERR!)$/i.test(cell) ? cell : undefined);

function mebibytes(cell: string | undefined): number | undefined {
  const digits = /^(\d{1,12})(?: MiB)?$/.exec(cell ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits) * 2 ** 20;
}
