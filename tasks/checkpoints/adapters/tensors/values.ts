import { some } from '../../../common/format';
import type { Host } from '../../../platform';
import { fieldsOf, tryParse } from '../../../untrusted/json';
import { type AdapterFindings, noFindings } from '../fault';

/** Where the values of a tensor lie in its file. */
interface Place {
  name: string;
  dtype: string;
  start: number;
  end: number;
}

/** What is told of an adapter that is as before the first step. */
export const allZero = 'every `lora_B` is 0: it changes nothing, as before the first step of a training';

const blockBytes = 16_000_000;

/**
 * Reads every value of an adapter whose header is right: one that is no number or infinite makes every answer so, and where all of
 * `lora_B` is 0 the adapter changes nothing.
 */
export async function valueFindings({ files, processes }: Host, file: string): Promise<AdapterFindings> {
  const findings = noFindings();
  const wrong: string[] = [];
  let [matrices, zero] = [0, 0];
  const others: string[] = [];
  for (const { name, dtype, start, end } of placesIn(files, file)) {
    const seen = { nan: 0, infinite: 0, isZero: true };
    for (let at = start; at < end; at += blockBytes) {
      processes.throwIfInterrupted();
      count(files.readPart(file, at, Math.min(blockBytes, end - at)), dtype, seen);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (seen.nan + seen.infinite > 0)
      wrong.push(
        `\`${name}\` has ${[seen.nan > 0 ? `${seen.nan} NaN` : '', seen.infinite > 0 ? `${seen.infinite} infinite` : ''].filter(Boolean).join(', ')}`,
      );
    if (/\.lora_(?:B|embedding_B)\b/.test(name) && !name.endsWith('.bias')) {
      matrices++;
      if (seen.isZero) zero++;
    } else if (!seen.isZero && !isBeginning(name)) others.push(`\`${name}\``);
  }
  if (wrong.length > 0)
    findings.weights.push({
      problem: 'adapter-values',
      message: some(wrong, 3),
      fix: 'the training diverged: use an earlier checkpoint, or train again with a lower learning rate',
    });
  if (matrices > 0 && zero === matrices)
    findings.warnings.push(
      others.length === 0 ? allZero : `every \`lora_B\` is 0: of what it holds, ${some(others, 2)} alone can change anything`,
    );
  return findings;
}

/** What is there before the first step of a training. */
const isBeginning = (name: string): boolean => /\.lora_(?:A|embedding_A)\b/.test(name) || name.includes('.base_layer.');

function placesIn(files: Host['files'], file: string): Place[] {
  const length = Number(files.readPart(file, 0, 8).readBigUInt64LE());
  const header = fieldsOf(tryParse(files.readPart(file, 8, length).toString('utf8'), 100_000_000)) ?? {};
  return Object.entries(header).flatMap(([name, info]) => {
    const { dtype, data_offsets: offsets } = fieldsOf(info) ?? {};
    if (name === '__metadata__' || typeof dtype !== 'string' || !Array.isArray(offsets)) return [];
    const [start, end] = offsets.map((offset) => 8 + length + Number(offset)) as [number, number];
    return [{ name, dtype, start, end }];
  });
}

/** Bytes of a number, and the bits of its exponent and its fraction. */
const layouts: Readonly<Record<string, readonly [number, number, number]>> = {
  F8_E5M2: [1, 0x7c, 0x3],
  // Has no infinity: its one exponent and fraction of all ones is no number, and the rest of that exponent are numbers.
  F8_E4M3: [1, 0x7f, 0],
  BF16: [2, 0x7f80, 0x7f],
  F16: [2, 0x7c00, 0x3ff],
  F32: [4, 0x7f800000, 0x7fffff],
};

/** By the bits: an exponent of all ones is infinite where the fraction is 0, else no number. */
function count(bytes: Buffer, dtype: string, seen: { nan: number; infinite: number; isZero: boolean }): void {
  const layout = layouts[dtype];
  if (!layout) {
    if (dtype === 'F64') for (let at = 0; at + 8 <= bytes.length; at += 8) judge(bytes.readDoubleLE(at), seen);
    else seen.isZero &&= !bytes.some((byte) => byte !== 0);
    return;
  }
  const [width, exponent, fraction] = layout;
  for (const bits of numbersOf(bytes, width)) {
    if (seen.isZero && (bits & (exponent | fraction)) !== 0) seen.isZero = false;
    if ((bits & exponent) !== exponent) continue;
    if (fraction > 0 && (bits & fraction) === 0) seen.infinite++;
    else seen.nan++;
  }
}

function numbersOf(bytes: Buffer, width: number): Uint8Array | Uint16Array | Uint32Array {
  if (width === 1) return bytes;
  // A copy of its own begins where numbers may begin.
  const { buffer } = new Uint8Array(bytes);
  return width === 2 ? new Uint16Array(buffer, 0, bytes.length >> 1) : new Uint32Array(buffer, 0, bytes.length >> 2);
}

function judge(value: number, seen: { nan: number; infinite: number; isZero: boolean }): void {
  if (Number.isNaN(value)) seen.nan++;
  else if (!Number.isFinite(value)) seen.infinite++;
  if (value !== 0) seen.isZero = false;
}
