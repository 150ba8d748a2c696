type Front = typeof import('hyparquet', { with: { 'resolution-mode': 'import' }});
type Pages = typeof import('hyparquet/src/column.js', { with: { 'resolution-mode': 'import' }});
type Assembly = typeof import('hyparquet/src/assemble.js', { with: { 'resolution-mode': 'import' }});
type Schema = typeof import('hyparquet/src/schema.js', { with: { 'resolution-mode': 'import' }});
type Convert = typeof import('hyparquet/src/convert.js', { with: { 'resolution-mode': 'import' }});
type Codecs = typeof import('hyparquet-compressors', { with: { 'resolution-mode': 'import' }});

/**
 * hyparquet, with the parts below its front door that read one page at a time: the door itself reads whole row groups, and pandas
 * writes a file as one. So its version is pinned. Loaded where a Parquet file is there, and only then.
 */
export interface Library {
  metadata: Front['parquetMetadata'];
  tree: Front['parquetSchema'];
  header: Pages['parquetHeader'];
  page: Pages['readPage'];
  nest: Assembly['assembleNested'];
  pathTo: Schema['getTreePath'];
  isList: Schema['isListLike'];
  isMap: Schema['isMapLike'];
  isFlat: Schema['isFlatColumn'];
  convert: Convert['convert'];
  parsers: Convert['DEFAULT_PARSERS'];
  compressors: Codecs['compressors'];
}

let loaded: Library | undefined;

export function parquetLibrary(): Library {
  if (loaded) return loaded;
  const { parquetMetadata, parquetSchema } = require('hyparquet') as Front;
  const { parquetHeader, readPage } = require('hyparquet/src/column.js') as Pages;
  const { assembleNested } = require('hyparquet/src/assemble.js') as Assembly;
  const { getTreePath, isListLike, isMapLike, isFlatColumn } = require('hyparquet/src/schema.js') as Schema;
  const { convert, DEFAULT_PARSERS } = require('hyparquet/src/convert.js') as Convert;
  const { compressors } = require('hyparquet-compressors') as Codecs;
  loaded = {
    metadata: parquetMetadata,
    tree: parquetSchema,
    header: parquetHeader,
    page: readPage,
    nest: assembleNested,
    pathTo: getTreePath,
    isList: isListLike,
    isMap: isMapLike,
    isFlat: isFlatColumn,
    convert,
    parsers: DEFAULT_PARSERS,
    compressors,
  };
  return loaded;
}
