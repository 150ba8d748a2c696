/** What breaks readers: numbers at their edges, names that lead elsewhere, controls, invisible letters, prototypes, depth. */
const nasty: readonly unknown[] = [
  -1,
  -5,
  0,
  1,
  2 ** 53,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  '',
  '.',
  '..',
  '../../../marker',
  '/marker',
  'a/../../marker',
  '.git/config',
  '-x',
  '--output=marker',
  'C:\\marker',
  'NUL',
  'a\0b',
  'a\nb',
  '\u001b[2J\u001b]0;title\u0007',
  '\u009b31m',
  '\u202eabc',
  '\ud800',
  'x'.repeat(5000),
  '__proto__',
  null,
  true,
  [],
  {},
  [[[[[[]]]]]],
  { __proto__: { polluted: true } },
];
const snippets = [
  '\u0000',
  '\u001b[2J',
  '\u001b]0;t\u0007',
  '\u009b',
  '\u202e',
  '\u2028',
  '../',
  '/',
  '\\',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  '\n',
  '\r',
  '-9',
  '1e999',
  '\ufeff',
  '\ud83d',
];

/** Numbers from 0 to 1 that are the same at each run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Texts that are nearly right: each a seed with some of it changed, cut, doubled or replaced by what breaks readers. The same ones at each run.
 * Where a seed is JSON, half of them stay JSON and have other values.
 */
export function* mutations(seeds: readonly string[], count: number, seed = 1): Generator<string> {
  const random = seeded(seed);
  const below = (most: number) => Math.floor(random() * most);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  for (let made = 0; made < count; made++) {
    const text = pick(seeds);
    const value = random() < 0.5 ? parsed(text) : undefined;
    if (value !== undefined) {
      yield JSON.stringify(changed(value, pick, below));
      continue;
    }
    let mutated = text;
    for (let times = 1 + below(4); times > 0; times--) {
      const at = below(mutated.length + 1);
      const to = Math.min(mutated.length, at + below(20));
      const kind = below(5);
      if (kind === 0) mutated = mutated.slice(0, at) + pick(snippets) + mutated.slice(at);
      else if (kind === 1) mutated = mutated.slice(0, at) + mutated.slice(to);
      else if (kind === 2) mutated = mutated.slice(0, to) + mutated.slice(at);
      else if (kind === 3) mutated = mutated.slice(0, at) + String.fromCharCode(below(256)) + mutated.slice(at + 1);
      else mutated = mutated.slice(0, at);
    }
    yield mutated;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value with one of its parts replaced, left out or doubled. */
function changed(value: unknown, pick: <T>(items: readonly T[]) => T, below: (most: number) => number): unknown {
  if (typeof value !== 'object' || value === null || below(6) === 0) return pick(nasty);
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(nasty)];
    const at = below(value.length);
    const kind = below(4);
    if (kind === 0) return value.filter((_, index) => index !== at);
    if (kind === 1) return [...value, value[at]];
    return value.map((item, index) => (index === at ? changed(item, pick, below) : item));
  }
  const fields = Object.entries(value);
  if (fields.length === 0) return pick(nasty);
  const at = below(fields.length);
  if (below(5) === 0) return Object.fromEntries(fields.filter((_, index) => index !== at));
  return Object.fromEntries(fields.map(([name, item], index) => [name, index === at ? changed(item, pick, below) : item]));
}

/** Characters that must never reach a terminal: controls but for tab and line feed, C1, those that turn text around. */
export const rawControls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
