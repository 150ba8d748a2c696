import type { SmiGpu } from './nvidia-smi';

/**
 * The cards of the table that `nvidia-smi` prints for a person: for wrappers that know no options. A long name is cut
 * there, and there is no UUID.
 */
export function parseGpuTable(text: string): SmiGpu[] {
  const driver = /Driver Version:\s*(\d+(?:\.\d+)+)/.exec(text)?.[1];
  const lines = (text.split(/Processes:/)[0] ?? '').split(/\r?\n/);
  return lines.flatMap((line, at) => {
    const [, index = '', name = ''] = /^\|\s+(\d+)\s+(.+?)\s+(?:On|Off|N\/A|TCC|WDDM)\s*\|\s*[0-9A-F]{4,8}:[0-9A-F]{2}:/i.exec(line) ?? [];
    if (!index) return [];
    const [, used, total] = /\|\s*(\d+)MiB\s*\/\s*(\d+)MiB\s*\|/.exec(lines[at + 1] ?? '') ?? [];
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
