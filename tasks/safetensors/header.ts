import { type Json, JsonObject, parseStrictJson } from './json';

/** Bits of one element, by the name that a header gives its type. */
const bits: Readonly<Record<string, bigint>> = Object.assign(Object.create(null), {
  F4: 4n,
  ...all(6n, 'F6_E2M3', 'F6_E3M2'),
  ...all(8n, 'BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'),
  ...all(16n, 'I16', 'U16', 'F16', 'BF16'),
  ...all(32n, 'I32', 'U32', 'F32'),
  ...all(64n, 'I64', 'U64', 'F64', 'C64'),
});

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

/** What is wrong with a file, by the rule that it breaks. */
export class HeaderFault extends Error {
  constructor(
    readonly problem: 'truncated' | 'oversized' | 'bad-header' | 'bad-layout',
    message: string,
  ) {
    super(message);
  }
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

interface Info {
  dtype: string;
  shape: readonly bigint[];
  begin: bigint;
  end: bigint;
}

function readMembers(header: Uint8Array): { infos: Map<string, Info>; metadata: Map<string, string> } {
  const value = strictJson(header);
  if (!(value instanceof JsonObject)) throw new HeaderFault('bad-header', 'its header is no JSON object');
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
  if (!(member instanceof JsonObject)) throw new HeaderFault('bad-header', '`__metadata__` is no JSON object');
  const entries = member.members.map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw new HeaderFault('bad-header', `\`__metadata__\` has a value that is no text: \`${key}\``);
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
  if (!shape) throw wrong('`shape` is no list of unsigned integers');
  const [begin, end, ...more] = readIntegers(found.get('data_offsets') as Json) ?? [];
  if (begin === undefined || end === undefined || more.length > 0) throw wrong('`data_offsets` are not two unsigned integers');
  return { dtype, shape, begin, end };
}

/** A name, or (serde's other way to write a variant) an object that maps that name to null. */
function readDtype(value: Json): string | undefined {
  if (typeof value === 'string') return bits[value] === undefined ? undefined : value;
  if (!(value instanceof JsonObject) || value.members.length !== 1) return undefined;
  const [[name, content]] = value.members as [readonly [string, Json]];
  return content === null && bits[name] !== undefined ? name : undefined;
}

function readIntegers(value: Json): bigint[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const integers = value.filter((item) => typeof item === 'number' || typeof item === 'bigint');
  return integers.length === value.length ? integers.map(BigInt) : undefined;
}

const limit = 2n ** 64n;

/** @returns where the last tensor ends @throws HeaderFault where two overlap, a hole is between them, or a size does not fit its shape */
function checkLayout(infos: ReadonlyMap<string, Info>): bigint {
  const compare = (left: bigint, right: bigint) => (left < right ? -1 : left > right ? 1 : 0);
  const ordered = [...infos].sort(([, left], [, right]) => compare(left.begin, right.begin) || compare(left.end, right.end));
  let last = 0n;
  for (const [name, { dtype, shape, begin, end }] of ordered) {
    const wrong = (what: string) => new HeaderFault('bad-layout', `tensor \`${name}\`: ${what}`);
    if (begin !== last) throw wrong(`begins at ${begin}, the one before it ends at ${last}`);
    if (end < begin) throw wrong(`ends at ${end}, before it begins at ${begin}`);
    // From the left, as the reference does it: a zero at the end does not take an overflow back.
    const size = [...shape, bits[dtype] ?? 0n].reduce<bigint>((product, factor) => {
      const next = product * factor;
      if (next >= limit) throw wrong('its shape is larger than any file');
      return next;
    }, 1n);
    if (size % 8n !== 0n) throw wrong(`${size} bits are no whole number of bytes`);
    if (end - begin !== size / 8n) throw wrong(`${end - begin} bytes where [${shape}] of ${dtype} needs ${size / 8n}`);
    last = end;
  }
  return last;
}

function all(width: bigint, ...names: readonly string[]): Record<string, bigint> {
  return Object.fromEntries(names.map((name) => [name, width]));
}
