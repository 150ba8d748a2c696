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

/** The values of one column of a row group, page by page: only the page at hand and the rows that it began are held. */
export class ColumnPages {
  readonly path: string;
  readonly #decoder: Decoder;
  readonly #isFlat: boolean;
  readonly #end: number;
  #at: number;
  #dictionary: Values;
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
      compressors: library.compressors,
    };
    this.#isFlat = library.isFlat(schemaPath);
    this.#at = Number(dictionary || data);
    this.#end = this.#at + Number(bytes);
  }

  /** Rows that are whole: the last one of a list may go on in the next page. */
  get ready(): number {
    const rows = this.#rows.length - this.#from;
    return this.#at >= this.#end || this.#isFlat ? rows : Math.max(0, rows - 1);
  }

  /** Takes rows out, `ready` of them at most. */
  take(count: number): unknown[] {
    const taken = this.#rows.slice(this.#from, this.#from + count);
    this.#from += count;
    if (2 * this.#from >= this.#rows.length) [this.#rows, this.#from] = [this.#rows.slice(this.#from), 0];
    return taken;
  }

  /**
   * Reads the next page. @returns its bytes in the file, 0 where there is none
   * @throws Error where the bytes are no page of this column
   */
  read(): number {
    if (this.#at >= this.#end) return 0;
    const { header, length } = this.#header();
    const size = header.compressed_page_size;
    if (!(size >= 0) || this.#at + length + size > this.#end) throw new Error(`a page of \`${this.path}\` goes beyond its column`);
    if (!(header.uncompressed_page_size <= longestPage)) throw new Error(`a page of \`${this.path}\` is longer than 256 MiB`);
    const bytes = this.#bytes(this.#at + length, size);
    this.#at += length + size;
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
    const values = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values;
    if (header.type === 'DICTIONARY_PAGE') {
      const { data } = this.library.page(reader, header, this.#decoder, undefined, undefined, 0);
      if (data) this.#dictionary = this.library.convert(data, this.#decoder);
    } else if (values !== 0) {
      const { data = [] } = this.library.page(reader, header, this.#decoder, this.#dictionary, this.#rows, 0);
      if (data !== this.#rows) for (const value of data) this.#rows.push(value);
    }
    return length + size;
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
