import * as yaml from 'js-yaml';
import { type Parsed, type Position, pathKey, positionsIn, SyntaxFault } from './position';
import { endOfQuoted, type Region, refuseCharacters, refuseTabs } from './yaml-tabs';

/** Begins a document. */
const mark = '---\n';
const noKey = 'a key that is not text; put it in quotes';
const noTags = 'tags (`!…`) are not used in settings';

/**
 * YAML 1.2 core schema: no dates, no merge keys; a key that stands twice is an error, and so are tags, and
 * anchors, which settings have no use for and bombs are made of.
 * @throws SyntaxFault
 */
export function parseYaml(original: string): Parsed {
  // js-yaml takes `---x` at the beginning for a mark with `x` behind it: below a mark of its own it is what it is.
  const text = original.replace(/^(?=\uFEFF?(?:[ \t]*(?:#.*)?(?:\r\n|[\r\n]))*---[^\s])/, mark);
  const shift = text.length - original.length;
  const inOriginal = positionsIn(original);
  const position = (offset: number) => inOriginal(Math.max(0, offset - shift));
  const positionOf = (node: Node) => position(node.begin(text));
  const nul = text.indexOf('\0');
  if (nul >= 0) throw new SyntaxFault('a NUL character', position(nul));
  refuseCharacters(text, position);
  const texts: Region[] = [];
  // No word begins with `!` that is no tag.
  const isTagged = (node: Node) => text[node.begin(text)] === '!';
  const tree = new Node(0);
  const open = [tree];
  try {
    const value = yaml.load(text, {
      schema: yaml.CORE_SCHEMA,
      // js-yaml has no tree with positions; its listener sees each node begin and end.
      listener(event, parser) {
        const state = parser as unknown as State;
        if (event === 'open') {
          open.push(new Node(state.position));
          return;
        }
        const node = open.pop() as Node;
        if (state.anchor !== null)
          throw new SyntaxFault(`anchors (\`&${state.anchor}\`), aliases and merge keys are not used in settings`, positionOf(node));
        if (isTagged(node)) throw new SyntaxFault(noTags, positionOf(node));
        node.end(state);
        const begin = node.begin(text);
        if (state.kind === 'scalar' && /["']/.test(text[begin] ?? '')) texts.push([begin, endOfQuoted(text, begin)]);
        else if (state.kind === 'scalar' && /[|>]/.test(text[begin] ?? '')) texts.push(blockOf(text, begin, state.position));
        open.at(-1)?.children.push(node);
      },
    });
    refuseTabs(text, texts, position);
    const at = new Map<string, Position>();
    const top = tree.children.at(-1);
    if (top) place(top, [], at, positionOf);
    return { value, at };
  } catch (error) {
    if (error instanceof SyntaxFault) throw error;
    if (!(error instanceof yaml.YAMLException)) throw error;
    const { reason, mark: place } = error;
    const unfinished = open.at(-1);
    if (unfinished && isTagged(unfinished)) throw new SyntaxFault(noTags, positionOf(unfinished));
    if (place) throw new SyntaxFault(reason, { line: place.line + 1 - (shift > 0 ? 1 : 0), column: place.column + 1 });
    // js-yaml gives this one no place.
    throw new SyntaxFault('a second document (`---`); settings are one', position(tree.children.at(1)?.begin(text) ?? 0));
  }
}

/** The lines of a block of text; its first line, with `|` or `>`, is none of them. */
function blockOf(text: string, begin: number, end: number): Region {
  const line = text.slice(begin).search(/\r\n|[\r\n]/);
  return line < 0 ? [begin, begin] : [begin + line, end];
}

/** What js-yaml's listener is handed: the parser itself. */
interface State {
  position: number;
  anchor: string | null;
  kind: 'scalar' | 'mapping' | 'sequence' | null;
  result: unknown;
}

/** One node as js-yaml read it, with the nodes that it read inside of it. */
class Node {
  children: Node[] = [];
  value: unknown;
  kind: State['kind'] = null;

  constructor(readonly start: number) {}

  /** js-yaml reads any first word as a key, to find only then that it is a value: such a node has itself inside. */
  end({ kind, result }: State): void {
    this.value = result;
    this.kind = kind;
    const [only] = this.children;
    if (kind === 'scalar' || kind === null) this.children = [];
    else if (this.children.length === 1 && only && only.value === result) this.children = only.children;
  }

  /** A value begins, for js-yaml, with the blanks and comments before it. */
  begin(text: string): number {
    return this.start + (/^(?:\s|#.*)*/.exec(text.slice(this.start))?.[0].length ?? 0);
  }
}

type At = Map<string, Position>;
type PositionOf = (node: Node) => Position;

function place(node: Node, path: (string | number)[], at: At, positionOf: PositionOf): void {
  const { value } = node;
  if (!at.has(pathKey(path))) at.set(pathKey(path), positionOf(node));
  if (Array.isArray(value)) placeItems(node, path, at, positionOf);
  else if (value !== null && typeof value === 'object') placePairs(node, path, at, positionOf);
}

/** A mapping's children are keys and values in turn; a key of a flow mapping may be without a value: `{a, b}`. */
function placePairs(node: Node, path: readonly (string | number)[], at: At, positionOf: PositionOf): void {
  const { value, children } = node;
  let keys = 0;
  for (let index = 0; index < children.length; index++) {
    const [key, child] = [children[index], children[index + 1]] as [Node, Node | undefined];
    // What js-yaml tried to read as a key: the end of the document.
    if (key.kind === null) continue;
    if (typeof key.value !== 'string') throw new SyntaxFault(noKey, positionOf(key));
    keys++;
    const inner = [...path, key.value];
    at.set(pathKey(inner), positionOf(key));
    if (!child || !Object.is((value as Record<string, unknown>)[key.value], child.value)) continue;
    place(child, inner, at, positionOf);
    index++;
  }
  // A `?` with nothing behind it.
  if (keys < Object.keys(value as object).length) throw new SyntaxFault(noKey, positionOf(node));
}

/** A sequence's children are its items, except that `[a: b]` is a mapping that js-yaml reads as two nodes. */
function placeItems({ value, children }: Node, path: readonly (string | number)[], at: At, positionOf: PositionOf): void {
  let next = 0;
  for (const [index, item] of (value as unknown[]).entries()) {
    const child = children[next];
    if (!child) return;
    // An item of which nothing is written, `-` alone, has no node.
    if (item === null && child.value !== null) continue;
    next++;
    if (Object.is(child.value, item)) place(child, [...path, index], at, positionOf);
    else {
      if (typeof child.value !== 'string') throw new SyntaxFault(noKey, positionOf(child));
      at.set(pathKey([...path, index]), positionOf(child));
      at.set(pathKey([...path, index, child.value]), positionOf(child));
      const inner = children[next++];
      if (inner) place(inner, [...path, index, child.value], at, positionOf);
    }
  }
}
