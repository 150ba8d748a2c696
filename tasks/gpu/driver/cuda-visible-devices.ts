import type { Gpu } from './query-driver';

/** The cards that `CUDA_VISIBLE_DEVICES` leaves: numbers or the beginning of a UUID; all behind a wrong entry are hidden. */
export function cudaVisibleDevices(gpus: readonly Gpu[], visible: string | undefined): Gpu[] {
  if (visible === undefined) return [...gpus];
  const seen: Gpu[] = [];
  for (const entry of visible.split(',').map((text) => text.trim())) {
    const gpu = gpus.find((one) => isNamedBy(entry, one));
    if (!gpu) break;
    if (!seen.includes(gpu)) seen.push(gpu);
  }
  return seen;
}

function isNamedBy(entry: string, { index, uuid, migDevices }: Gpu): boolean {
  if (entry === '') return false;
  return (
    entry === String(index) || (/^GPU-/.test(entry) && uuid?.startsWith(entry) === true) || migDevices.some((mig) => mig.uuid === entry)
  );
}
