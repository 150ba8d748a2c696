/** Names of files that somebody else gave: of a listing, an archive, a record. Only what passes here becomes a path. */

/** A path below a folder: no `.`, no `..`, not absolute, nothing empty. Told by {@link relativeFault} alone. */
export type RelativeName = string & { readonly [isRelative]: true };
declare const isRelative: unique symbol;

/** Bytes that a part of a name may have on the usual file systems (NAME_MAX), and a whole path (PATH_MAX). */
const partBytes = 255;
const pathBytes = 4096;

/**
 * Why a name is no path below a folder; `undefined` where it is one.
 * @param encoding `latin1` for names of bytes, one character a byte
 */
export function relativeFault(name: string, encoding: 'utf8' | 'latin1' = 'utf8'): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes('\0')) return 'holds a NUL';
  // It would be cut to its lowest byte: U+012E is a dot then, U+012F a slash.
  if (encoding === 'latin1' && /[^\0-\xff]/.test(name)) return 'holds a character that is no byte';
  if (name.startsWith('/')) return 'is an absolute path';
  if (Buffer.byteLength(name, encoding) > pathBytes) return `is longer than ${pathBytes} bytes`;
  for (const part of name.split('/')) {
    if (part === '') return 'has an empty part';
    if (part === '.' || part === '..') return `has \`${part}\` in it`;
    if (Buffer.byteLength(part, encoding) > partBytes) return `has a part of more than ${partBytes} bytes`;
  }
  return undefined;
}

/** What Windows gives to devices, whatever the ending (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?:\.|$)/;
/** Folders with a meaning of their own: git's, and the records of downloads. `git~1` is the short name of `.git`. */
const reserved = new Set(['.git', 'git~1', '.cache', '.just-lora', '.', '..']);

/**
 * Why a file of a model must not have this name; `undefined` where it may. On every system the rules of all of them hold,
 * since a folder of models moves between disks.
 */
export function modelFileFault(name: string): string | undefined {
  const fault = relativeFault(name);
  if (fault) return fault;
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'holds a control character';
  if (/[\ud800-\udfff]/u.test(name)) return 'is not Unicode text';
  if (/[\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return 'holds a character that is not shown or turns text around';
  if (name.includes('\\')) return 'holds a backslash';
  for (const part of name.split('/')) {
    // HFS+, APFS and NTFS take several spellings for one name, and Windows drops dots and blanks at the end.
    const plain = foldedName(part).replace(/[. ]+$/, '');
    if (/^[a-z]:/.test(plain)) return 'has a drive letter in it';
    if (reserved.has(plain) || reserved.has(foldedName(part))) return `has \`${part}\` in it`;
    if (/[. ]$/.test(part)) return 'has a part that ends in a dot or a blank';
    if (device.test(plain)) return `has the device \`${part}\` in it`;
  }
  return undefined;
}

/** A name as file systems compare it that do not tell cases and Unicode forms apart. */
export const foldedName = (name: string): string => name.normalize('NFKC').toLowerCase().normalize('NFC');

/**
 * Names that cannot lie beside each other: the same but for case or Unicode form, or a file where another one needs a folder.
 * @param foldOf how names are compared; for names of bytes as they are
 * @returns the two names, `undefined` where there are none
 */
export function collidingNames(
  names: Iterable<string>,
  foldOf: (name: string) => string = foldedName,
): readonly [string, string] | undefined {
  const take = besideEachOther(foldOf);
  for (const name of names) {
    const other = take(name);
    if (other !== undefined) return [other, name];
  }
  return undefined;
}

/**
 * Takes names one after another.
 * @returns gives the name that one cannot lie beside, and does not take that one then; `undefined` where it is taken
 */
export function besideEachOther(foldOf: (name: string) => string = foldedName): (name: string) => string | undefined {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  return (name) => {
    const folded = foldOf(name);
    const above: string[] = [];
    for (let end = folded.lastIndexOf('/'); end > 0; end = folded.lastIndexOf('/', end - 1)) {
      const folder = folded.slice(0, end);
      if (folders.has(folder)) break;
      above.push(folder);
    }
    const file = above.map((folder) => files.get(folder)).find((each) => each !== undefined);
    const other = files.get(folded) ?? folders.get(folded) ?? file;
    if (other !== undefined) return other;
    files.set(folded, name);
    for (const folder of above) folders.set(folder, name);
    return undefined;
  };
}
