import { bytes } from '../common/format';
import { shown } from '../engine/paths';
import type { Table } from '../engine/step';
import type { VolumeVerdict } from './judge';
import type { Volume } from './volumes';

/** The verdicts for machines, in bytes; what is there only where it was measured. */
export function storageData(root: string, verdicts: readonly VolumeVerdict[], measured: boolean): object[] {
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

/** The volumes as a table for a person: a row for each part. */
export function storageTable(volumes: readonly Volume[]): Table {
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
