import * as yaml from 'js-yaml';

export interface Position {
  line: number;
  column: number;
}

/** What a file holds and where each key of it stands. Keys of `at` are paths joined with NUL. */
export interface Parsed {
  value: unknown;
  at: ReadonlyMap<string, Position>;
}

/** A text that is no YAML or JSON, with the place where it stops being one. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly position: Position,
  ) {
    super(message);
  }
}

export const pathKey = (path: readonly (string | number)[]): string => path.join('\0');

interface Node {
  position: Position;
  value: unknown;
  children: Node[];
}

/**
 * YAML 1.2 core schema: no dates, no merge keys, no tags of any language; a key that stands twice is an
 * error, and so are anchors, which settings have no use for and bombs are made of.
 * @throws SyntaxFault
 */
export function parseYaml(text: string): Parsed {
  const open: Node[] = [{ position: { line: 1, column: 1 }, value: undefined, children: [] }];
  try {
    const value = yaml.load(text, {
      schema: yaml.CORE_SCHEMA,
      // js-yaml has no tree with positions; its listener sees each node begin and end.
      listener(event, state) {
        const { line, position, lineStart, anchor } = state as unknown as State;
        if (event === 'open') {
          open.push({ position: { line: line + 1, column: position - lineStart + 1 }, value: undefined, children: [] });
          return;
        }
        if (anchor) throw new SyntaxFault('anchors and aliases are not used in settings', open.at(-1)?.position ?? { line: 1, column: 1 });
        const node = open.pop();
        if (!node) return;
        node.value = (state as unknown as State).result;
        open.at(-1)?.children.push(node);
      },
    });
    const at = new Map<string, Position>();
    const top = open[0]?.children.find((node) => node.value === value);
    if (top) place(top, [], at);
    return { value, at };
  } catch (error) {
    if (error instanceof SyntaxFault) throw error;
    const { reason, mark } = error as yaml.YAMLException;
    throw new SyntaxFault(reason ?? 'nested too deeply', { line: (mark?.line ?? 0) + 1, column: (mark?.column ?? 0) + 1 });
  }
}

/** Strict JSON (RFC 8259): a comma too many and a comment are errors. @throws SyntaxFault */
export function parseJson(text: string): Parsed {
  try {
    JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, offset).split('\n');
    throw new SyntaxFault(message.replace(/ in JSON at position.*/s, ''), {
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    });
  }
  return parseYaml(text);
}

interface State {
  line: number;
  position: number;
  lineStart: number;
  anchor: string | null;
  result: unknown;
}

/** A mapping's children are its keys and values in turn, a sequence's its items. */
function place(node: Node, path: (string | number)[], at: Map<string, Position>): void {
  if (!at.has(pathKey(path))) at.set(pathKey(path), node.position);
  const { value, children } = node;
  if (Array.isArray(value)) {
    for (const [index, child] of children.filter((each) => value.includes(each.value)).entries()) place(child, [...path, index], at);
  } else if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value);
    for (let index = 0; index + 1 < children.length; index++) {
      const key = children[index];
      const child = children[index + 1];
      if (!key || !child || !keys.includes(String(key.value))) continue;
      if ((value as Record<string, unknown>)[String(key.value)] !== child.value) continue;
      at.set(pathKey([...path, String(key.value)]), key.position);
      place(child, [...path, String(key.value)], at);
      index++;
    }
  }
}
