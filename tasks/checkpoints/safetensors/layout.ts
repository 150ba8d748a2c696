import { HeaderFault } from './fault';

/** Bits of one element, by the name that a header gives its type. */
const bits: Readonly<Record<string, bigint>> = Object.assign(Object.create(null), {
  F4: 4n,
  ...all(6n, 'F6_E2M3', 'F6_E3M2'),
  ...all(8n, 'BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'),
  ...all(16n, 'I16', 'U16', 'F16', 'BF16'),
  ...all(32n, 'I32', 'U32', 'F32'),
  ...all(64n, 'I64', 'U64', 'F64', 'C64'),
});

export const bitsOf = (dtype: string): bigint | undefined => bits[dtype];

/** Where a tensor lies and what it is. */
export interface Info {
  dtype: string;
  shape: readonly bigint[];
  begin: bigint;
  end: bigint;
}

const limit = 2n ** 64n;

/** @returns where the last tensor ends @throws HeaderFault where two overlap, a hole is between them, or a size does not fit its shape */
export function checkLayout(infos: ReadonlyMap<string, Info>): bigint {
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
    if (size % 8n !== 0n) throw wrong(`${size} bits are not a whole number of bytes`);
    if (end - begin !== size / 8n) throw wrong(`${end - begin} bytes where [${shape}] of ${dtype} needs ${size / 8n}`);
    last = end;
  }
  return last;
}

function all(width: bigint, ...names: readonly string[]): Record<string, bigint> {
  return Object.fromEntries(names.map((name) => [name, width]));
}
