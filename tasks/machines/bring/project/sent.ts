import { fieldsOf, tryParse } from '../../../untrusted/json';
import { type RelativeName, relativeFault } from '../../../untrusted/names';

/**
 * What was sent to a project there, by name: the contents that a file may have without a person's doing. It is one, or two where a
 * run was killed between files. Kept there, in `.just-lora/brought`, so that whichever laptop comes next knows it.
 */
export type Sent = ReadonlyMap<RelativeName, readonly string[]>;

const isContent = (value: unknown): value is string => typeof value === 'string' && /^[fl][0-9a-f]{64}$/.test(value);

/** @param text one character a byte; what is none is nothing that was sent */
export function parseSent(text: string): Sent {
  const { version, files } = fieldsOf(tryParse(text)) ?? {};
  if (version !== 1) return new Map();
  return new Map(
    Object.entries(fieldsOf(files) ?? {}).flatMap(([name, contents]): [RelativeName, readonly string[]][] =>
      relativeFault(name, 'latin1') === undefined && Array.isArray(contents) && contents.length <= 8 && contents.every(isContent)
        ? [[name as RelativeName, contents]]
        : [],
    ),
  );
}

/** ASCII alone, in one line: a byte of a name that is none is an escape. */
export function sentText(sent: Sent): string {
  const text = JSON.stringify({ version: 1, files: Object.fromEntries([...sent].sort(([a], [b]) => (a < b ? -1 : 1))) });
  return text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
