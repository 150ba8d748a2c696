type Front = typeof import('hyparquet', { with: { 'resolution-mode': 'import' }});
type Pages = typeof import('hyparquet/src/column.js', { with: { 'resolution-mode': 'import' }});
type DataPage = typeof import('hyparquet/src/datapage.js', { with: { 'resolution-mode': 'import' }});
type Assembly = typeof import('hyparquet/src/assemble.js', { with: { 'resolution-mode': 'import' }});
type Schema = typeof import('hyparquet/src/schema.js', { with: { 'resolution-mode': 'import' }});
type Convert = typeof import('hyparquet/src/convert.js', { with: { 'resolution-mode': 'import' }});
type Codecs = typeof import('hyparquet-compressors', { with: { 'resolution-mode': 'import' }});

/**
 * hyparquet, with the parts below its front door that read one page and make some of its rows at a time: the door itself reads whole
 * row groups, and pandas writes a file as one. So its version is pinned. Loaded where a Parquet file is there, and only then.
 */
export interface Library {
  metadata: Front['parquetMetadata'];
  tree: Front['parquetSchema'];
  header: Pages['parquetHeader'];
  page: Pages['readPage'];
  decompress: DataPage['decompressPage'];
  values: DataPage['readDataPage'];
  valuesOfVersion2: DataPage['readDataPageV2'];
  assemble: Assembly['assembleLists'];
  nest: Assembly['assembleNested'];
  pathTo: Schema['getTreePath'];
  isList: Schema['isListLike'];
  isMap: Schema['isMapLike'];
  isFlat: Schema['isFlatColumn'];
  deepest: Schema['getMaxDefinitionLevel'];
  convert: Convert['convert'];
  convertValues: Convert['convertWithDictionary'];
  parsers: Convert['DEFAULT_PARSERS'];
  compressors: Codecs['compressors'];
}

const asIs = (bytes: Uint8Array): Uint8Array => bytes;

type Decompress = NonNullable<Codecs['compressors']['LZ4']>;

/** LZ4 writes nothing as one byte, of which the library asks more: a column of nulls alone has no values. */
const evenNothing =
  (decompress: Decompress): Decompress =>
  (bytes, length) =>
    length === 0 ? new Uint8Array(0) : decompress(bytes, length);

let loaded: Library | undefined;

export function parquetLibrary(): Library {
  if (loaded) return loaded;
  const { parquetMetadata, parquetSchema } = require('hyparquet') as Front;
  const { parquetHeader, readPage } = require('hyparquet/src/column.js') as Pages;
  const { decompressPage, readDataPage, readDataPageV2 } = require('hyparquet/src/datapage.js') as DataPage;
  const { assembleLists, assembleNested } = require('hyparquet/src/assemble.js') as Assembly;
  const { getTreePath, isListLike, isMapLike, isFlatColumn, getMaxDefinitionLevel } = require('hyparquet/src/schema.js') as Schema;
  const { convert, convertWithDictionary, DEFAULT_PARSERS } = require('hyparquet/src/convert.js') as Convert;
  const { compressors, decompressLz4, decompressLz4Raw } = require('hyparquet-compressors') as Codecs;
  loaded = {
    metadata: parquetMetadata,
    tree: parquetSchema,
    header: parquetHeader,
    page: readPage,
    decompress: decompressPage,
    values: readDataPage,
    valuesOfVersion2: readDataPageV2,
    assemble: assembleLists,
    nest: assembleNested,
    pathTo: getTreePath,
    isList: isListLike,
    isMap: isMapLike,
    isFlat: isFlatColumn,
    deepest: getMaxDefinitionLevel,
    convert,
    convertValues: convertWithDictionary,
    // As pyarrow 14 has them: what is not said to be text is bytes.
    parsers: { ...DEFAULT_PARSERS, jsonFromBytes: asIs, uuidFromBytes: asIs },
    compressors: { ...compressors, LZ4: evenNothing(decompressLz4), LZ4_RAW: evenNothing(decompressLz4Raw) },
  };
  return loaded;
}
