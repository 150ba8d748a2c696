import { HeaderFault } from './fault';
import { type Json, JsonObject, parseStrictJson } from './json';
import { bitsOf, checkLayout, type Info } from './layout';

/** Bytes of the length that stands before the header. */
export const prefixBytes = 8;
const largestHeader = 100_000_000n;

export interface Tensor {
  dtype: string;
  /** Exact up to 2^53; beyond it only in a tensor without elements. */
  shape: readonly number[];
  /** Bytes of its data. */
  sizeBytes: number;
}

export interface Header {
  tensors: ReadonlyMap<string, Tensor>;
  metadata: ReadonlyMap<string, string>;
  /** Bytes of all tensors together: where the last one ends. */
  dataBytes: number;
}

/**
 * How long the header is, from the first bytes of a file.
 * @throws HeaderFault where the file cannot hold one
 */
export function headerLength(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < prefixBytes || start.length < prefixBytes)
    throw new HeaderFault('truncated', `${fileBytes} of at least ${prefixBytes} bytes`);
  const length = Buffer.from(start.buffer, start.byteOffset, prefixBytes).readBigUInt64LE();
  if (length > largestHeader) throw new HeaderFault('bad-header', `its header would be ${length} bytes long, ${largestHeader} is the most`);
  if (BigInt(prefixBytes) + length > BigInt(fileBytes))
    throw new HeaderFault('truncated', `${fileBytes} of at least ${BigInt(prefixBytes) + length} bytes`);
  return Number(length);
}

/**
 * Reads and checks a header by the rules of the reference reader (safetensors 0.8, `SafeTensors::read_metadata`).
 * @param header the bytes behind the length
 * @throws HeaderFault
 */
export function parseHeader(header: Uint8Array, fileBytes: number): Header {
  const { infos, metadata } = readMembers(header);
  const dataBytes = checkLayout(infos);
  const wanted = BigInt(prefixBytes + header.length) + dataBytes;
  if (wanted > BigInt(fileBytes)) throw new HeaderFault('truncated', `${fileBytes} of ${wanted} bytes`);
  if (wanted < BigInt(fileBytes)) throw new HeaderFault('oversized', `${fileBytes} bytes where its header describes ${wanted}`);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, begin, end }] of infos)
    tensors.set(name, { dtype, shape: shape.map(Number), sizeBytes: Number(end - begin) });
  return { tensors, metadata, dataBytes: Number(dataBytes) };
}

function readMembers(header: Uint8Array): { infos: Map<string, Info>; metadata: Map<string, string> } {
  const value = strictJson(header);
  if (!(value instanceof JsonObject)) throw new HeaderFault('bad-header', 'its header is not a JSON object');
  const infos = new Map<string, Info>();
  let metadata: Map<string, string> | undefined;
  for (const [name, member] of value.members) {
    if (name !== '__metadata__') {
      // The reference reader keeps the last of two tensors with one name.
      infos.set(name, readInfo(name, member));
      continue;
    }
    if (metadata) throw new HeaderFault('bad-header', '`__metadata__` stands in its header twice');
    metadata = readMetadata(member);
  }
  return { infos, metadata: metadata ?? new Map() };
}

function strictJson(header: Uint8Array): Json {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw new HeaderFault('bad-header', 'its header is not UTF-8');
  }
  try {
    return parseStrictJson(text);
  } catch (error) {
    throw new HeaderFault('bad-header', `its header is not JSON: ${(error as Error).message}`);
  }
}

function readMetadata(member: Json): Map<string, string> {
  if (member === null) return new Map();
  if (!(member instanceof JsonObject)) throw new HeaderFault('bad-header', '`__metadata__` is not a JSON object');
  const entries = member.members.map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw new HeaderFault('bad-header', `\`__metadata__\` has a value that is not text: \`${key}\``);
    return [key, text];
  });
  return new Map(entries);
}

const fields = ['dtype', 'shape', 'data_offsets'] as const;

/** A tensor is an object, or (serde takes both for a struct) the list of its three fields. */
function readInfo(name: string, member: Json): Info {
  const wrong = (what: string) => new HeaderFault('bad-header', `tensor \`${name}\`: ${what}`);
  const found = new Map<string, Json>();
  if (Array.isArray(member)) {
    if (member.length !== fields.length) throw wrong(`${member.length} fields, ${fields.length} are needed`);
    for (const [index, field] of fields.entries()) found.set(field, member[index] as Json);
  } else if (member instanceof JsonObject) {
    for (const [key, value] of member.members) {
      if (!(fields as readonly string[]).includes(key)) continue;
      if (found.has(key)) throw wrong(`\`${key}\` stands twice`);
      found.set(key, value);
    }
  } else throw wrong('no JSON object');
  for (const field of fields) if (!found.has(field)) throw wrong(`\`${field}\` is missing`);
  const dtype = readDtype(found.get('dtype') as Json);
  if (dtype === undefined) throw wrong('unknown `dtype`');
  const shape = readIntegers(found.get('shape') as Json);
  if (!shape) throw wrong('`shape` is not a list of unsigned integers');
  const [begin, end, ...more] = readIntegers(found.get('data_offsets') as Json) ?? [];
  if (begin === undefined || end === undefined || more.length > 0) throw wrong('`data_offsets` are not two unsigned integers');
  return { dtype, shape, begin, end };
}

/** A name, or (serde's other way to write a variant) an object that maps that name to null. */
function readDtype(value: Json): string | undefined {
  if (typeof value === 'string') return bitsOf(value) === undefined ? undefined : value;
  if (!(value instanceof JsonObject) || value.members.length !== 1) return undefined;
  const [[name, content]] = value.members as [readonly [string, Json]];
  return content === null && bitsOf(name) !== undefined ? name : undefined;
}

function readIntegers(value: Json): bigint[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const integers = value.filter((item) => typeof item === 'number' || typeof item === 'bigint');
  return integers.length === value.length ? integers.map(BigInt) : undefined;
}
