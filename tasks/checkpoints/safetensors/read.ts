import type { Host } from '../../platform';
import { HeaderFault } from './fault';
import { type Header, headerLength, parseHeader, prefixBytes } from './header';

/** Why a file that should be safetensors is none at all. */
export class NotSafetensors extends Error {
  constructor(
    readonly problem: 'pickle' | 'pointer' | 'not-safetensors',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads only the header of a file, some kB of many GB.
 * @throws HeaderFault where a rule is broken, NotSafetensors where the first bytes tell what it is instead
 */
export function readHeader({ files }: Host, file: string, fileBytes: number): Header {
  const start = files.readPart(file, 0, Math.min(fileBytes, 64));
  try {
    const length = headerLength(start, fileBytes);
    return parseHeader(files.readPart(file, prefixBytes, length), fileBytes);
  } catch (error) {
    const other = error instanceof HeaderFault ? recognized(start) : undefined;
    throw other ?? error;
  }
}

/** What stands in the place of a safetensors file of the wrong size, where its first bytes tell. */
export const readsAs = ({ files }: Host, file: string): NotSafetensors | undefined => recognized(files.readPart(file, 0, 64));

export const pointerWords = 'is a Git LFS pointer, not the file that it points to';
const isPointerText = (text: string): boolean => text.startsWith('version https://git-lfs.github.com/spec');
/** Git LFS: a pointer is less than 1024 bytes long (docs/spec.md). */
const pointerBytes = 1024;

/** Whether a file is a Git LFS pointer: any file of a clone may be one. */
export function isPointer({ files }: Host, file: string): boolean {
  const stat = files.stat(file);
  if (!stat?.isFile() || stat.size < 40 || stat.size >= pointerBytes) return false;
  try {
    return isPointerText(files.readPart(file, 0, 40).toString('latin1'));
  } catch {
    return false;
  }
}

/** What else is found under such a name: only asked for where size or header is wrong. */
function recognized(start: Buffer): NotSafetensors | undefined {
  const text = start.toString('latin1');
  if (isPickle(start)) return new NotSafetensors('pickle', 'is a pickle, which can run any program when it is loaded: it was not');
  if (isPointerText(text)) return new NotSafetensors('pointer', pointerWords);
  if (/^\s*(<!doctype|<html|\{"error)/i.test(text))
    return new NotSafetensors('not-safetensors', 'is an error page that was saved as a file');
  return undefined;
}

/** The magic bytes of a pickle (protocol 2 and later) or of the zip that torch.save makes of pickles. */
export const isPickle = (start: Buffer): boolean =>
  start.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004' || (start[0] === 0x80 && (start[1] ?? 0) >= 2 && (start[1] ?? 9) <= 5);
