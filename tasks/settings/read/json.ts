import { type Parsed, type Position, pathKey, positionsIn, SyntaxFault } from './position';

const deepest = 100;

/**
 * Strict JSON (RFC 8259), with the place of every key: a comma too many, a comment and a key that stands
 * twice are errors. Node's own parser gives no places, and no position at all for some faults.
 * @throws SyntaxFault
 */
export function parseJson(text: string): Parsed {
  const at = new Map<string, Position>();
  const position = positionsIn(text);
  let offset = 0;

  const fault = (message: string, where = offset) => new SyntaxFault(message, position(where));
  const expected = (what: string) => fault(`${offset < text.length ? `\`${shown(text, offset)}\`` : 'the end'} where ${what} was expected`);
  const blank = () => {
    while (offset < text.length && ' \t\r\n'.includes(text[offset] ?? '')) offset++;
  };

  const value = (path: readonly (string | number)[]): unknown => {
    if (path.length > deepest) throw fault(`nested more than ${deepest} deep`);
    blank();
    if (!at.has(pathKey(path))) at.set(pathKey(path), position(offset));
    const first = text[offset];
    if (first === '{') return mapping(path);
    if (first === '[') return list(path);
    if (first === '"') return string();
    const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(text.slice(offset, offset + 400))?.[0];
    if (word === undefined) throw expected('a value');
    offset += word.length;
    return JSON.parse(word);
  };

  const string = (): string => {
    // Escapes are left to JSON.parse; here it only matters where the text ends.
    const found = /^"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/.exec(text.slice(offset))?.[0];
    if (found === undefined) throw fault('a text that does not end, or holds a line break, a control character or an unknown escape');
    offset += found.length;
    return JSON.parse(found);
  };

  const mapping = (path: readonly (string | number)[]): Record<string, unknown> => {
    const entries: [string, unknown][] = [];
    const known = new Set<string>();
    const pair = () => {
      blank();
      const start = offset;
      if (text[offset] !== '"') throw expected('a key in double quotes');
      const key = string();
      if (known.has(key)) throw fault(`the key \`${key}\` stands twice`, start);
      known.add(key);
      at.set(pathKey([...path, key]), position(start));
      blank();
      if (text[offset] !== ':') throw expected('`:`');
      offset++;
      entries.push([key, value([...path, key])]);
    };
    items('}', pair);
    return Object.fromEntries(entries);
  };

  const list = (path: readonly (string | number)[]): unknown[] => {
    const found: unknown[] = [];
    items(']', () => found.push(value([...path, found.length])));
    return found;
  };

  const items = (end: string, one: () => void): void => {
    offset++;
    blank();
    if (text[offset] === end) {
      offset++;
      return;
    }
    for (;;) {
      one();
      blank();
      const next = text[offset];
      if (next !== ',' && next !== end) throw expected(`\`,\` or \`${end}\``);
      offset++;
      if (next === end) return;
    }
  };

  blank();
  if (offset === text.length) return { value: undefined, at };
  const result = value([]);
  blank();
  if (offset < text.length) throw expected('the end');
  return { value: result, at };
}

const shown = (text: string, offset: number): string => /^(?:[\w.+-]+|\/\/|\/\*|.)/su.exec(text.slice(offset, offset + 20))?.[0] ?? '';
