import { fieldsOf, tryParse } from '../../../untrusted/json';
import { type RelativeName, relativeFault } from '../../../untrusted/names';

/**
 * What was sent to a project there. Kept there, in `.just-lora/brought`, so that whichever laptop comes next knows it.
 */
export interface Sent {
  /** By name the contents that a file may have without a person's doing: one, or more where a run was killed between files. */
  files: ReadonlyMap<RelativeName, readonly string[]>;
  /** Those that were sent as programs: on a disk that keeps no such permission they do not look like ones. */
  programs: ReadonlySet<RelativeName>;
}

const isContent = (value: unknown): value is string => typeof value === 'string' && /^[fl][0-9a-f]{64}$/.test(value);
const isName = (name: unknown): name is RelativeName => typeof name === 'string' && relativeFault(name, 'latin1') === undefined;

/** @param text one character a byte; what is none is nothing that was sent */
export function parseSent(text: string): Sent {
  const { version, files, programs } = fieldsOf(tryParse(text)) ?? {};
  if (version !== 1) return { files: new Map(), programs: new Set() };
  return {
    files: new Map(
      Object.entries(fieldsOf(files) ?? {}).flatMap(([name, contents]): [RelativeName, readonly string[]][] =>
        isName(name) && Array.isArray(contents) && contents.length <= 8 && contents.every(isContent) ? [[name, contents]] : [],
      ),
    ),
    programs: new Set(Array.isArray(programs) ? programs.filter(isName) : []),
  };
}

/** ASCII alone, in one line: a byte of a name that is none is an escape. */
export function sentText({ files, programs }: Sent): string {
  const sorted = Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ version: 1, files: sorted, ...(programs.size > 0 ? { programs: [...programs].sort() } : {}) });
  return text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
