/**
 * Types of Arrow that datasets 2.15.0 has no word for (features/features.py, `generate_from_arrow_type`), by their number in the
 * format (Schema.fbs, `union Type`), with what it raises.
 */
const foreign: Readonly<Record<number, string>> = { 17: 'map', 21: 'large_list' };

/** A column that datasets 2.15 does not take. */
export interface ForeignColumn {
  column: string;
  /** `large_list`, `map`, or `dictionary`: what pandas calls a category. */
  type: string;
}

/**
 * The first such column in the schema that pyarrow, pandas and Polars leave in a file: types that Parquet itself has no word for.
 * Its form is a flatbuffer (Message.fbs, Schema.fbs), of which only names, types and children are read.
 * @param written the value of `ARROW:schema` in the metadata of the file
 * @returns `undefined` where none is, or where it cannot be read
 */
export function foreignColumn(written: string | undefined): ForeignColumn | undefined {
  if (written === undefined) return undefined;
  try {
    const bytes = Buffer.from(written, 'base64');
    // A mark and the length stand before it (IPC, since 0.15).
    const message = new Table(bytes, 8 + bytes.readUInt32LE(8));
    const fields = message.table(2)?.tables(1) ?? [];
    return fields.map((field) => foreignIn(field, '', 0)).find(Boolean);
  } catch {
    return undefined;
  }
}

function foreignIn(field: Table, path: string, depth: number): ForeignColumn | undefined {
  const column = path === '' ? field.text(0) : `${path}.${field.text(0)}`;
  const type = field.table(4) ? 'dictionary' : foreign[field.byte(2)];
  if (type !== undefined) return { column, type };
  if (depth > 50) return undefined;
  return field
    .tables(5)
    .map((child) => foreignIn(child, column, depth + 1))
    .find(Boolean);
}

/** A table of a flatbuffer: where its fields lie stands in another one, by their number. */
class Table {
  constructor(
    private readonly bytes: Buffer,
    private readonly at: number,
  ) {}

  byte(field: number): number {
    const at = this.#place(field);
    return at === 0 ? 0 : this.bytes.readUInt8(at);
  }

  text(field: number): string {
    const at = this.#target(field);
    return at === 0 ? '' : this.bytes.toString('utf8', at + 4, at + 4 + Math.min(200, this.bytes.readUInt32LE(at)));
  }

  table(field: number): Table | undefined {
    const at = this.#target(field);
    return at === 0 ? undefined : new Table(this.bytes, at);
  }

  tables(field: number): Table[] {
    const at = this.#target(field);
    const count = at === 0 ? 0 : this.bytes.readUInt32LE(at);
    return Array.from({ length: Math.min(count, 10_000) }, (_, index) => {
      const place = at + 4 + 4 * index;
      return new Table(this.bytes, place + this.bytes.readUInt32LE(place));
    });
  }

  #target(field: number): number {
    const at = this.#place(field);
    return at === 0 ? 0 : at + this.bytes.readUInt32LE(at);
  }

  #place(field: number): number {
    const table = this.at - this.bytes.readInt32LE(this.at);
    const entry = 4 + 2 * field;
    const offset = entry < this.bytes.readUInt16LE(table) ? this.bytes.readUInt16LE(table + entry) : 0;
    return offset === 0 ? 0 : this.at + offset;
  }
}
