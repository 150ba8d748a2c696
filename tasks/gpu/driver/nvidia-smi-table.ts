import { linesOf, type SmiGpu } from './nvidia-smi';

/**
 * The cards of the table that `nvidia-smi` prints for a person: for wrappers that know no options. A long name is cut
 * there, and there is no UUID.
 */
export function parseGpuTable(text: string): SmiGpu[] {
  const all = linesOf(text);
  const driver = /(?:Driver|KMD) Version:\s{0,20}(\d{1,5}(?:\.\d{1,5}){1,3})/.exec(all.join('\n'))?.[1];
  const end = all.findIndex((line) => line.includes('Processes:'));
  const lines = end < 0 ? all : all.slice(0, end);
  return lines.flatMap((line, at) => {
    const [, index = '', name = ''] =
      /^\|\s+(\d{1,9})\s+(.+?)\s+(?:On|Off|N\/A|TCC|WDDM)\s*\|\s*[0-9A-F]{4,8}:[0-9A-F]{2}:/i.exec(line) ?? [];
    if (!index) return [];
    const [, used, total] = /\|\s*(\d{1,12})MiB\s*\/\s*(\d{1,12})MiB\s*\|/.exec(lines[at + 1] ?? '') ?? [];
    const mebibytes = (value: number) => (Number.isNaN(value) ? undefined : value * 2 ** 20);
    return [
      {
        index: Number(index),
        uuid: undefined,
        name,
        driver,
        memoryTotalBytes: mebibytes(Number(total)),
        memoryFreeBytes: mebibytes(Number(total) - Number(used)),
        mig: /\|\s*(Enabled|Disabled)\s*\|/i.exec(lines[at + 2] ?? '')?.[1]?.toLowerCase() as SmiGpu['mig'],
        faults: [],
      },
    ];
  });
}
