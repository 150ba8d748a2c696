/** One member of a JSON object, as it is written. */
export interface Member {
  key: string;
  /** From the opening quote of the key to the end of the value. */
  start: number;
  end: number;
  /** The value, as it is written: `10000.0` stays that. */
  raw: string;
}

/**
 * The members of the object that a JSON text is, in their order. Numbers and layout are kept, which parsing and writing loses:
 * Python tells 8.0 from 8.
 * @param text JSON of which a reader has said that it is an object
 */
export function membersOf(text: string): Member[] {
  const members: Member[] = [];
  let at = text.indexOf('{') + 1;
  for (;;) {
    const start = text.indexOf('"', at);
    if (start < 0) return members;
    const keyEnd = stringEnd(text, start);
    const valueStart = text.slice(text.indexOf(':', keyEnd) + 1).search(/\S/) + text.indexOf(':', keyEnd) + 1;
    const end = valueEnd(text, valueStart);
    members.push({ key: JSON.parse(text.slice(start, keyEnd)) as string, start, end, raw: text.slice(valueStart, end).trimEnd() });
    at = end;
    if (text[at] !== ',') return members;
  }
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') at = stringEnd(text, at) - 1;
    else if ('{['.includes(char)) depth++;
    else if (depth === 0 && (char === ',' || char === '}')) return at;
    else if ('}]'.includes(char)) depth--;
  }
  return text.length;
}

/**
 * The text with members put into its object, or in the place of those of the same key.
 * @param values what each is, as JSON; `undefined` takes the member out
 */
export function withMembers(text: string, values: ReadonlyMap<string, string | undefined>): string {
  const kept = membersOf(text)
    .filter(({ key }) => !values.has(key) || values.get(key) !== undefined)
    .map(({ key, raw }) => [key, values.get(key) ?? raw] as const);
  const there = new Set(kept.map(([key]) => key));
  const added = [...values].flatMap(([key, value]) => (there.has(key) || value === undefined ? [] : [[key, value] as const]));
  const indent = /\{\s*\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const lines = [...kept, ...added].map(([key, value]) => `${indent}${JSON.stringify(key)}: ${value}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}
