/** Files of the format, right and wrong, each with the name of what it is about. */
export type Case = readonly [name: string, file: Buffer];

/** A file of a header and as many zero bytes of data. */
export function fileOf(header: string | Buffer, dataBytes = 0): Buffer {
  const bytes = Buffer.from(header as string);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([prefix, bytes, Buffer.alloc(dataBytes)]);
}

const tensor = (shape: string, offsets: string, dtype = 'F32') => `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
/** One tensor of one F32 with a further field, which the reader must read to pass over. */
const withField = (field: string) => fileOf(`{"a":{${field},"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4);
const one = (shape: string, offsets: string, dtype?: string, data = 4) => fileOf(`{"a":${tensor(shape, offsets, dtype)}}`, data);
const metadata = (text: string) => fileOf(`{"__metadata__":{${text}}}`);
const raw = (...parts: (string | number[])[]) =>
  fileOf(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const dtypes =
  'BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64 F128 f32';
const widthOf = (dtype: string) => (dtype === 'C64' ? 64 : Number(/\d+/.exec(dtype)?.[0] ?? 8));

export const corpus: readonly Case[] = [
  ['no tensor', fileOf('{}')],
  ['one tensor', one('[1]', '[0,4]')],
  ['a scalar', one('[]', '[0,4]')],
  ['an empty tensor', one('[0]', '[0,0]', 'F32', 0)],
  ['tensors in another order', fileOf(`{"b":${tensor('[1]', '[4,8]')},"a":${tensor('[1]', '[0,4]')}}`, 8)],
  [
    'an empty tensor between others',
    fileOf(`{"b":${tensor('[1]', '[4,8]')},"e":${tensor('[0]', '[4,4]')},"a":${tensor('[1]', '[0,4]')}}`, 8),
  ],
  ['metadata', fileOf(`{"__metadata__":{"format":"pt"},"a":${tensor('[1]', '[0,4]')}}`, 4)],
  ['white space around', fileOf(` \n\t\r{"a":${tensor('[1]', '[0,4]')}} \n`, 4)],
  ['a tensor as a list of its fields', fileOf('{"a":["F32",[1],[0,4]]}', 4)],
  ['a dtype as an object', fileOf('{"a":{"dtype":{"F32":null},"shape":[1],"data_offsets":[0,4]}}', 4)],
  ['a tensor twice', fileOf(`{"a":${tensor('[2]', '[0,8]')},"a":${tensor('[1]', '[0,4]')}}`, 4)],
  ['a key of metadata twice', metadata('"a":"1","a":"2"')],
  ['metadata null', fileOf('{"__metadata__":null}')],
  ['an unknown field', withField('"x":[1,{"y":null}]')],
  ['an unknown field twice', withField('"x":1,"x":2')],
  ['an escaped field name', fileOf('{"a":{"d\\u0074ype":"F32","shape":[1],"data_offsets":[0,4]}}', 4)],
  ['escapes', metadata('"\\/\\b\\f\\n\\r\\t\\"\\\\":"\\u00e9\\uD83D\\ude00"')],
  ['a tensor `__proto__`', fileOf(`{"__proto__":${tensor('[1]', '[0,4]')}}`, 4)],
  ['zero before a huge product', one('[0,4611686018427387904,4,4]', '[0,0]', 'F32', 0)],
  ['the largest integer', one('[0,18446744073709551615]', '[0,0]', 'U8', 0)],
  ['nested as deep as allowed', withField(`"x":${nested(125)}`)],
  ['a tiny number', withField('"x":1e-99999999999')],
  ['zero with a huge exponent', withField('"x":0e99999999999')],
  ...dtypes.split(' ').map((dtype): Case => [`four of ${dtype}`, one('[4]', `[0,${widthOf(dtype) / 2}]`, dtype, widthOf(dtype) / 2)]),
  ['nothing', Buffer.alloc(0)],
  ['seven bytes', Buffer.alloc(7)],
  ['eight zero bytes', Buffer.alloc(8)],
  ['a length beyond the file', fileOf('{}').subarray(0, 9)],
  ['a length beyond the limit', Buffer.concat([Buffer.from([1, 225, 245, 5, 0, 0, 0, 0]), Buffer.from('{}')])],
  ['a length of 2^64 - 1', Buffer.concat([Buffer.alloc(8, 255), Buffer.from('{}')])],
  ['a zip', Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(40)])],
  ['a pickle', Buffer.concat([Buffer.from([0x80, 2]), Buffer.from('}q\u0000.'), Buffer.alloc(40)])],
  ['a byte too many', one('[1]', '[0,4]', 'F32', 5)],
  ['a byte too few', one('[1]', '[0,4]', 'F32', 3)],
  ['a hole in front', one('[1]', '[4,8]', 'F32', 8)],
  ['a hole between', fileOf(`{"a":${tensor('[1]', '[0,4]')},"b":${tensor('[1]', '[8,12]')}}`, 12)],
  ['an overlap', fileOf(`{"a":${tensor('[1]', '[0,4]')},"b":${tensor('[1]', '[2,6]')}}`, 6)],
  ['the same bytes twice', fileOf(`{"a":${tensor('[1]', '[0,4]')},"b":${tensor('[1]', '[0,4]')}}`, 4)],
  ['an end before its beginning', fileOf(`{"a":${tensor('[1]', '[0,4]')},"b":${tensor('[0]', '[4,0]')}}`, 4)],
  ['a size that the shape does not have', one('[2]', '[0,4]')],
  ['half a byte', one('[1]', '[0,0]', 'F4', 0)],
  ['a product beyond 2^64', one('[4611686018427387904,4,4,0]', '[0,0]', 'F32', 0)],
  ['bits beyond 2^64', one('[2305843009213693952]', '[0,2305843009213693952]', 'U8', 0)],
  ['an integer of 2^64', one('[18446744073709551616,0]', '[0,0]', 'F32', 0)],
  ['a float as a dimension', one('[1.0]', '[0,4]')],
  ['an exponent as an offset', one('[1]', '[0,4e0]')],
  ['minus zero', one('[1]', '[-0,4]')],
  ['a negative dimension', one('[-1]', '[0,4]')],
  ['three offsets', one('[1]', '[0,4,4]')],
  ['one offset', one('[1]', '[0]')],
  ['offsets as an object', one('[1]', '{"0":0}')],
  ['shape null', one('null', '[0,4]')],
  ['a dtype `constructor`', one('[1]', '[0,4]', 'constructor')],
  ['a dtype that is a number', fileOf('{"a":{"dtype":17,"shape":[1],"data_offsets":[0,4]}}', 4)],
  ['a dtype as an object with content', fileOf('{"a":{"dtype":{"F32":{}},"shape":[1],"data_offsets":[0,4]}}', 4)],
  ['a field twice', fileOf('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4)],
  ['a field missing', fileOf('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4)],
  ['four fields in a list', fileOf('{"a":["F32",[1],[0,4],null]}', 4)],
  ['a tensor that is true', fileOf('{"a":true}')],
  ['a tensor null', fileOf('{"a":null}')],
  ['metadata twice', fileOf('{"__metadata__":{},"__metadata__":{}}')],
  ['metadata twice, once escaped', fileOf('{"__metadata__":{},"__metadat\\u0061__":{}}')],
  ['a number in metadata', metadata('"a":1')],
  ['metadata as a list', fileOf('{"__metadata__":[]}')],
  ['a list', fileOf('[]')],
  ['null', fileOf('null')],
  ['an empty header', fileOf('')],
  ['a byte order mark', fileOf('\ufeff{}')],
  ['a form feed', fileOf('\f{}')],
  ['zero bytes behind', fileOf('{}\0\0')],
  ['a word behind', fileOf('{} x')],
  ['a comma too many', fileOf('{"__metadata__":{},}')],
  ['a leading zero', withField('"x":01')],
  ['a number out of range', withField('"x":1e999')],
  ['an integer out of range', withField(`"x":${'9'.repeat(400)}`)],
  ['NaN', withField('"x":NaN')],
  ['nested deeper than allowed', withField(`"x":${nested(126)}`)],
  ['half a pair', metadata('"a":"\\ud800"')],
  ['the other half', metadata('"a":"\\udc00"')],
  ['a pair of two first halves', metadata('"a":"\\ud800\\ud800"')],
  ['half a pair in an unknown field', withField('"x":"\\ud800"')],
  ['a tab in a string', metadata('"a":"\t"')],
  ['a wrong escape', metadata('"a":"\\x41"')],
  ['not UTF-8', raw('{"__metadata__":{"a":"', [0xff], '"}}')],
  ['a surrogate in UTF-8', raw('{"__metadata__":{"a":"', [0xed, 0xa0, 0x80], '"}}')],
  ['an overlong slash', raw('{"__metadata__":{"a":"', [0xc0, 0xaf], '"}}')],
];

const pieces = (
  '" { } [ ] , : 0 1 - . e \\u \\ null true 18446744073709551615 18446744073709551616 [0,0] [0,4] {} [] ' +
  '"F32" "F4" "dtype" "shape" "data_offsets" "__metadata__" "x":1, \\ud800 \\ude00 😀'
).split(' ');

/** Files that a few changes were made to, the same ones for the same seed. */
export function mutations(count: number, seed: number): Case[] {
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const sound = corpus.slice(0, 40);
  return Array.from({ length: count }, () => {
    const [name, file] = sound[random(sound.length)] as Case;
    const length = Number(file.readBigUInt64LE());
    let header = file.subarray(8, 8 + length).toString('latin1');
    for (let changes = 1 + random(2); changes > 0; changes--) {
      const at = random(header.length + 1);
      const piece = Buffer.from(pieces[random(pieces.length)] ?? '').toString('latin1');
      const change = [
        () => header.slice(0, at) + header.slice(at + 1 + random(3)),
        () => header.slice(0, at) + piece + header.slice(at),
        () => header.slice(0, at) + String.fromCharCode(random(256)) + header.slice(at + 1),
        () => header.slice(0, at) + header.slice(at, at + random(20)) + header.slice(at),
        () => header.replace(/\d+/, String(random(10))),
        () => `${header.slice(0, at)} ${header.slice(at)}`,
      ][random(6)];
      header = change?.() ?? header;
    }
    return [`${name}, changed`, fileOf(Buffer.from(header, 'latin1'), file.length - 8 - length)];
  });
}
