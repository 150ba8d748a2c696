import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import { some } from '../../../common/format';
import { freeName } from '../../../engine/aside';
import type { Context } from '../../../engine/context';
import { placeToKeep, variantOf, wantedVariant } from '../../venv/packages/variants';
import type { CondaDefinition } from '../definition';
import { condaInputsMadeAt, readCondaEnvironmentRecord } from '../environment-record';
import type { CondaHealth } from '../look';
import { condaContents } from '../packages/packages';
import { namedFiles, pathOfUnnamed, unnamedFiles } from '../packages/unnamed-files';
import { type CondaRecord, isSameFolder, type KeptEnvironment, keptEnvironments, readCondaRecord, writeCondaRecord } from '../record';
import { taken } from './create-faults';

/** A whole environment of ours waits beside its place; the rest of a run that was killed is removed where it is surely ours. */
export function moveCondaToBackup(context: Context, record: CondaRecord, health: CondaHealth): CondaRecord {
  const { files } = context.host;
  const { prefix } = record;
  const noted = readCondaRecord(context);
  if (health.kind === 'absent' || !files.lstat(prefix)) return record;
  if (health.kind === 'half' && isSameFolder(context, prefix, noted?.folder)) {
    files.remove(prefix);
    return record;
  }
  if (!readCondaEnvironmentRecord(context, prefix)) throw taken(prefix);
  const aside = freeName(context, `${prefix}.before`);
  // Two generations: the one in the place is the younger.
  const older = record.aside && files.lstat(record.aside) ? [{ place: record.aside, holds: 'an environment of an earlier run' }] : [];
  const moved = { ...record, aside, kept: [...(record.kept ?? []), ...older] };
  writeCondaRecord(context, moved);
  files.move(prefix, aside);
  return moved;
}

/** What conda left of a failed build goes; what was there before is back. pip's half can be gone on with, so it stays. */
export function afterFailure(context: Context, record: CondaRecord, error: unknown): void {
  const { files } = context.host;
  const { prefix, aside } = record;
  const interrupted = !(error instanceof UserError);
  if (record.phase === 'pip' && !aside) return;
  // An interrupted run is gone on with by the next one, which finds its note.
  if (interrupted && !aside) return;
  if (files.lstat(prefix) && isSameFolder(context, prefix, record.folder)) files.remove(prefix);
  if (aside && files.lstat(aside) && !files.lstat(prefix)) files.move(aside, prefix);
  const { name, program } = record;
  const kept = keptEnvironments(context, record);
  writeCondaRecord(context, { name, prefix, program, phase: 'none', ...(aside && files.lstat(aside) ? { aside } : {}), kept });
}

/**
 * Changes the environment in the place for one that waits beside it, by renames; one that is not whole goes the way of a rebuild.
 * Killed in between, the place is empty and both wait: the next look sees that.
 */
export function putCondaBack(
  context: Context,
  definition: CondaDefinition,
  record: CondaRecord,
  there: string | undefined,
  back: string,
): void {
  const { files } = context.host;
  const { prefix } = definition;
  let noted = record;
  if (there) files.move(prefix, placeToKeep(context, prefix, there));
  else if (files.list(prefix).length === 0) files.remove(prefix);
  else noted = moveCondaToBackup(context, record, { kind: 'half', found: '' });
  files.move(back, prefix);
  const { aside, ...rest } = noted;
  writeCondaRecord(context, { ...rest, ...(aside && aside !== back ? { aside } : {}), phase: 'none' });
}

/**
 * The environment before is removed once the new one stands, unless it holds what the new one does not: packages that a person
 * added, files that no package names. Then it stays, as the one of another profile does.
 * @returns the one that stays
 */
export function disposeBackup(context: Context, definition: CondaDefinition, { prefix, aside }: CondaRecord): KeptEnvironment[] {
  const { files } = context.host;
  if (!aside || !files.lstat(aside)) return [];
  const name = variantOf(definition, condaInputsMadeAt(context, prefix)(aside));
  if (name && name !== wantedVariant(definition)) {
    files.move(aside, placeToKeep(context, prefix, name));
    return [];
  }
  const marker = readCondaEnvironmentRecord(context, aside, prefix);
  const [then, now] = [condaContents(context, aside), condaContents(context, prefix)];
  const known = new Set([...(marker?.conda ?? []).map((text) => text.split('=')[0]), ...now.conda.map(({ name }) => name)]);
  const knownToPip = new Set([...(marker?.pip ?? []).map((text) => text.split('==')[0]), ...now.pip.map(({ name }) => name)]);
  const added = [...then.conda.filter(({ name }) => !known.has(name)), ...then.pip.filter(({ name }) => !knownToPip.has(name))].map(
    ({ name }) => name,
  );
  const ours = new Set(marker?.unnamed);
  const [named, size] = [namedFiles(context, prefix), (folder: string, file: string) => files.lstat(path.join(folder, file))?.size];
  const beside = unnamedFiles(context, aside)
    .filter((line) => !ours.has(line))
    .map(pathOfUnnamed)
    // Its package lost its record, and has brought it again.
    .filter((file) => !named.has(file) || size(aside, file) !== size(prefix, file))
    // One of an older version did not note what was there when conda was done.
    .filter((file) => marker?.unnamed !== undefined || !files.lstat(path.join(prefix, file)));
  if (!marker || added.length + beside.length > 0)
    return [{ place: aside, holds: some([...added, ...beside]) || 'what just-lora did not make' }];
  files.remove(aside);
  return [];
}
