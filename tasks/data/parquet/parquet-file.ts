import * as fs from 'node:fs';
import type { FileMetaData, SchemaTree } from 'hyparquet' with { 'resolution-mode': 'import' };
import type { ArrowType } from '../form/arrow-type';
import { quotedName } from '../report/quote';
import { type ForeignColumn, foreignColumn } from './arrow-schema';
import { newerFeature } from './features';
import { parquetLibrary } from './library';
import { foreignInSchema, nameTwice } from './schema-faults';
import { schemaType } from './schema-type';

export interface Refusal {
  kind: 'newer-features' | 'foreign-type';
  detail: string;
}

/** What the footer of a Parquet file says. */
export interface ParquetFile {
  metadata: FileMetaData;
  tree: SchemaTree;
  /** Of its columns. */
  type: ArrowType;
  /** Why datasets before 4 refuses it, where its rows are right. */
  refusedByOld: Refusal | undefined;
  /** Why newer ones do. */
  refusedByNew: Refusal | undefined;
  /** A name that two columns have. */
  nameTwice: string | undefined;
}

const longestFooter = 256 << 20;

/** Reads the footer. @throws Error where the file is no Parquet file, or not whole */
export function openParquet(handle: number): ParquetFile {
  const library = parquetLibrary();
  const { size } = fs.fstatSync(handle);
  const ends = Buffer.alloc(12);
  if (size < 12) throw new Error(size === 0 ? 'it is empty' : 'it is too short for a Parquet file');
  fs.readSync(handle, ends, 0, 4, 0);
  fs.readSync(handle, ends, 4, 8, size - 8);
  const [first, last] = [ends.toString('latin1', 0, 4), ends.toString('latin1', 8)];
  if (first === 'PARE' || last === 'PARE') throw new Error('its columns are encrypted');
  if (first !== 'PAR1') throw new Error('it does not begin with `PAR1`: it is no Parquet file');
  if (last !== 'PAR1') throw new Error('it does not end with `PAR1`: it was not written or copied to its end');
  const length = ends.readUInt32LE(4);
  if (length + 12 > size || length > longestFooter) throw new Error('its footer is longer than the file');
  const footer = new Uint8Array(length + 8);
  fs.readSync(handle, footer, 0, footer.length, size - footer.length);
  const metadata = library.metadata(footer.buffer);
  const tree = library.tree(metadata);
  return { metadata, tree, type: schemaType(tree, library), ...refusals(metadata, tree), nameTwice: nameTwice(tree) };
}

function refusals({ key_value_metadata: all }: FileMetaData, tree: SchemaTree): Pick<ParquetFile, 'refusedByOld' | 'refusedByNew'> {
  const written = (name: string) => all?.find(({ key }) => key === name)?.value;
  const features = written('huggingface');
  // What datasets wrote of the columns counts before what pyarrow did.
  const newer = newerFeature(features);
  if (newer || features !== undefined) return { refusedByOld: newer && refusal('newer-features', newer), refusedByNew: undefined };
  const [byNew, byOld] = [foreignInSchema(tree, true), foreignColumn(written('ARROW:schema')) ?? foreignInSchema(tree, false)];
  return { refusedByOld: byOld && refusal('foreign-type', byOld), refusedByNew: byNew && refusal('foreign-type', byNew) };
}

const refusal = (kind: Refusal['kind'], { column, type }: ForeignColumn): Refusal => ({
  kind,
  detail: `${quotedName(column, 100)} is ${quotedName(type)}`,
});
