import * as fs from 'node:fs';
import type { ColumnMetaData, SchemaTree } from 'hyparquet' with { 'resolution-mode': 'import' };
import type { Library } from './library';

type PageHeader = ReturnType<Library['header']>;
type Decoder = Parameters<Library['page']>[2];
type Values = Parameters<Library['page']>[3];

/** Headers of pages are some hundred bytes, unless their statistics hold long texts. */
const [firstHeader, longestHeader] = [1 << 16, 1 << 24];
/** A page has a megabyte in every writer that is known. */
const longestPage = 256 << 20;

/** Values that are made rows at once: a page of two words in turn has half a million, and each of them makes some arrays. */
const together = 4096;

/** What a page has, of which rows are made bit by bit: the levels say which values make a row (Dremel). */
interface OpenPage {
  definitions: readonly number[];
  repetitions: readonly number[];
  values: NonNullable<Values>;
  /** Levels, or values where there are none. */
  count: number;
  at: number;
  valueAt: number;
}

/** The values of one column of a row group, page by page: only the page at hand and the rows that it began are held. */
export class ColumnPages {
  readonly path: string;
  readonly #decoder: Decoder;
  readonly #isFlat: boolean;
  readonly #end: number;
  #at: number;
  readonly #deepest: number;
  #dictionary: Values;
  #page: OpenPage | undefined;
  #rows: unknown[] = [];
  #from = 0;

  constructor(
    private readonly handle: number,
    private readonly library: Library,
    column: ColumnMetaData,
    tree: SchemaTree,
  ) {
    const { path_in_schema: path, dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size: bytes } = column;
    const schemaPath = library.pathTo(tree, path);
    const { element } = schemaPath.at(-1) as SchemaTree;
    this.path = path.join('.');
    this.#decoder = {
      ...column,
      pathInSchema: path,
      element,
      schemaPath,
      parsers: library.parsers,
      utf8: false,
      compressors: library.compressors,
    };
    this.#isFlat = library.isFlat(schemaPath);
    this.#deepest = library.deepest(schemaPath);
    this.#at = Number(dictionary || data);
    this.#end = this.#at + Number(bytes);
  }

  /** Rows that are whole: the last one of a list may go on in the next page. */
  get ready(): number {
    const rows = this.#rows.length - this.#from;
    return (this.#at >= this.#end && !this.#page) || this.#isFlat ? rows : Math.max(0, rows - 1);
  }

  /** Takes rows out, `ready` of them at most. */
  take(count: number): unknown[] {
    const taken = this.#rows.slice(this.#from, this.#from + count);
    this.#from += count;
    if (2 * this.#from >= this.#rows.length) [this.#rows, this.#from] = [this.#rows.slice(this.#from), 0];
    return taken;
  }

  /**
   * Goes on: makes rows of the page at hand, or reads the next one.
   * @returns bytes that were read, `undefined` behind the last row
   * @throws Error where the bytes are no page of this column
   */
  read(): number | undefined {
    if (this.#page) {
      this.#makeRows(this.#page);
      return 0;
    }
    if (this.#at >= this.#end) return undefined;
    const { header, length } = this.#header();
    const size = header.compressed_page_size;
    if (!(size >= 0) || this.#at + length + size > this.#end) throw new Error(`a page of \`${this.path}\` goes beyond its column`);
    if (!(header.uncompressed_page_size <= longestPage)) throw new Error(`a page of \`${this.path}\` is longer than 256 MiB`);
    const bytes = this.#bytes(this.#at + length, size);
    this.#at += length + size;
    if (header.type === 'DICTIONARY_PAGE') this.#readDictionary(header, bytes);
    else this.#open(header, bytes);
    return length + size;
  }

  #readDictionary(header: PageHeader, bytes: Uint8Array): void {
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
    const { data } = this.library.page(reader, header, this.#decoder, undefined, undefined, 0);
    if (data) this.#dictionary = this.library.convert(data, this.#decoder);
  }

  #open(header: PageHeader, bytes: Uint8Array): void {
    const { data_page_header: first, data_page_header_v2: second, uncompressed_page_size: size } = header;
    const { codec, compressors } = this.#decoder;
    const plain = first ? this.library.decompress(bytes, Number(size), codec, compressors) : bytes;
    const page = first ? this.library.values(plain, first, this.#decoder) : this.library.valuesOfVersion2(bytes, header, this.#decoder);
    const encoding = (first ?? second)?.encoding;
    if (!encoding) throw new Error(`a page of \`${this.path}\` is of an unknown kind`);
    const values = this.library.convertValues(page.dataPage, this.#dictionary, encoding, this.#decoder);
    const [definitions, repetitions] = [page.definitionLevels ?? [], page.repetitionLevels];
    const count = repetitions.length || definitions.length || values.length;
    if (count > 0) this.#page = { definitions, repetitions, values, count, at: 0, valueAt: 0 };
  }

  #makeRows(page: OpenPage): void {
    const [from, to] = [page.at, Math.min(page.count, page.at + together)];
    const definitions = page.definitions.slice(from, to);
    let values = definitions.length === 0 ? to - from : 0;
    for (const level of definitions) if (level === this.#deepest) values++;
    const made = this.library.assemble(
      this.#rows,
      definitions,
      page.repetitions.slice(from, to),
      page.values.slice(page.valueAt, page.valueAt + values),
      this.#decoder.schemaPath,
    );
    if (made !== this.#rows) for (const value of made) this.#rows.push(value);
    [page.at, page.valueAt] = [to, page.valueAt + values];
    if (to >= page.count) this.#page = undefined;
  }

  #header(): { header: PageHeader; length: number } {
    for (let size = firstHeader; ; size *= 16) {
      const bytes = this.#bytes(this.#at, Math.min(size, this.#end - this.#at));
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
      try {
        return { header: this.library.header(reader), length: reader.offset };
      } catch (error) {
        if (size >= Math.min(longestHeader, this.#end - this.#at)) throw error;
      }
    }
  }

  #bytes(at: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    if (fs.readSync(this.handle, bytes, 0, size, at) < size) throw new Error('the file ends within its rows');
    return bytes;
  }
}
