/** Texts as people write settings, and as they break them: for comparing what two readers make of them. */

/** Mulberry32: the same texts in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const plain = [
  '8',
  '0.05',
  '1_000',
  '1e3',
  '2e-4',
  '0o17',
  '0x1F',
  '.5',
  '-1',
  '+3',
  'true',
  'no',
  'null',
  '~',
  '',
  'a',
  'a b',
  'q_proj',
  'x:y',
  'x#y',
  'a-b',
  '2024-01-01',
  '12:30:45',
  '.inf',
  '-.INF',
  '.nan',
  '=',
  '<<',
  'a?',
  '?a',
  '-a',
  ':a',
  'a,b',
  'http://x/y',
  '@a',
  '`a',
  '%a',
  '!a',
  '&a',
  '*a',
  '|a',
  '>a',
  '{a',
  '[a',
  '}',
  ']',
  ',',
  '"a',
  "'a",
  'é',
  '日本',
  '1.',
  '1.e3',
  '00',
  '08',
  '0b10',
  'Null',
  'TRUE',
  'é: b',
  'a\u00a0b',
  'a\u2028b',
  'a\u0085b',
  'a\ufeffb',
  '\u007f',
  '\u0001',
  '🙂',
];
const quoted = [
  '"a"',
  "'a'",
  '"a\\tb"',
  '"a\\u0041"',
  "'it''s'",
  '"a: b"',
  '"#"',
  '""',
  "''",
  '"\\x41"',
  '"\\q"',
  '"a\n  b"',
  "'a\n  b'",
  '"a\\\n  b"',
  '"a\tb"',
  '"a\n\tb"',
  "'a\n\tb'",
  '"a" b',
  '"a"# c',
  "'a' # c",
  '"a":',
  '"\\/"',
  '"\\e"',
  '"a\nb"',
];
const keys = [
  'a',
  'b',
  'lora',
  'rank',
  '"a"',
  "'b'",
  'a b',
  '1',
  'true',
  '~',
  'é',
  'a?b',
  '?',
  '-',
  'a#b',
  '<<',
  '[a]',
  '{a}',
  '"a\\tb"',
  'x:y',
  '',
];
const gaps = [' ', ' ', ' ', ' ', '  ', '\t', ' \t', '\t ', '', '\n  ', ' # c\n  ', '\u00a0'];
const tails = ['', '', '', '', '', ' ', '  ', '\t', ' \t', ' # c', '\t# c', ' \t# c', '#c', ' #', ' #\tc', '# é', ' # \u0001'];
const ends = ['\n', '\n', '\n', '\n', '\n', '\r\n', '\r', '\n\n', '\n \n', '\n\t\n', '\n  \t\n', '\n# c\n', '\n\t# c\n', '\n  # c\n', ''];
const indents = ['', '  ', '    ', '\t', ' ', '  \t', '\t  '];
const frames = [
  '---\n',
  '--- \n',
  '---\t\n',
  '--- # c\n',
  '%YAML 1.2\n---\n',
  '%YAML 1.1\n---\n',
  '%TAG ! x\n---\n',
  '# c\n',
  '\n',
  '\t\n',
  ' \n',
  '---',
  '...\n',
  '--- a\n',
  '---\ta\n',
];

/** @returns `count` texts, the same each time */
export function yamlTexts(count: number, seed = 1): string[] {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const chance = (part: number) => next() < part;
  // Some texts are sound but for one spot, others are broken all over.
  let wild = 0;
  const mostly = <T>(common: readonly T[], rare: readonly T[]): T => pick(chance(wild) ? rare : common);

  function scalar(): string {
    return mostly(
      ['8', '0.05', '1_000', '1e3', 'true', 'a', 'a b', 'q_proj', '"a"', "'a'", '2e-4', '', 'null', 'x:y', 'http://x/y'],
      chance(0.7) ? plain : quoted,
    );
  }

  function flow(depth: number): string {
    if (depth > 2 || chance(0.4)) return scalar();
    const blank = () => (chance(0.3) ? mostly([' ', '  ', ''], [' ', '\t', '\n  ', '\n\t', '  ', ' # c\n ', '\n']) : '');
    const items = Array.from({ length: Math.floor(next() * 3) }, () =>
      chance(0.5)
        ? flow(depth + 1)
        : `${mostly(['a', 'b', 'c'], keys)}${mostly([': '], [':', ': ', ' : ', ':\t', '\t: '])}${flow(depth + 1)}`,
    );
    const [open, close] = mostly(
      [
        ['[', ']'],
        ['{', '}'],
      ],
      [
        ['[', '}'],
        ['[', ''],
        ['[', ']'],
      ],
    ) as [string, string];
    return `${open}${blank()}${items.join(`${blank()}${mostly([', ', ','], [',', ', ', ',\t', ' ,', ',\n '])}`)}${chance(wild) ? ',' : ''}${blank()}${close}`;
  }

  function block(indent: string): string {
    const marks = mostly(
      ['|', '>', '|-', '>-'],
      ['|', '>', '|-', '>-', '|+', '>+', '|2', '>1', '|9', '| # c', '|# c', '|\t# c', '|-\t', '>\t', '|x', '|0'],
    );
    const lines = Array.from(
      { length: 1 + Math.floor(next() * 3) },
      () =>
        `${indent}${mostly(['  '], ['  ', '   ', ' ', '\t', '  \t', ''])}${mostly(['a', 'a b', 'a: b'], ['a', 'a # b', '', '\tb', '- a', 'a: b', '# a', 'é', '---', '...'])}`,
    );
    return `${marks}${mostly(['\n'], ['\n', '\n\n', '\r\n', '\n \n'])}${lines.join(mostly(['\n'], ['\n', '\n\n', '\r\n']))}`;
  }

  function value(indent: string, depth: number): string {
    const kind = next();
    if (kind < 0.5) return `${mostly([' '], gaps)}${scalar()}${mostly(['', ' # c'], tails)}${mostly(['\n'], ends)}`;
    if (kind < 0.65) return `${mostly([' '], gaps)}${flow(0)}${mostly(['', ' # c'], tails)}${mostly(['\n'], ends)}`;
    if (kind < 0.75) return ` ${block(indent)}${mostly(['\n'], ends)}`;
    if (depth > 2) return `${mostly(['', ' # c'], tails)}${mostly(['\n'], ends)}`;
    const deeper = !chance(wild / 2) ? `${indent}  ` : `${indent}${pick(indents)}`;
    return `${mostly(['', ' # c'], tails)}\n${chance(0.6) ? mapping(deeper, depth + 1) : sequence(deeper, depth + 1)}`;
  }

  function mapping(indent: string, depth: number): string {
    return Array.from({ length: 1 + Math.floor(next() * 3) }, () => {
      const key = mostly(['a', 'b', 'c', 'rank', 'lora', 'alpha', 'x', 'y', 'z'], keys);
      const colon = !chance(wild / 2) ? ':' : pick([' :', '\t:', '', '::', ': :']);
      const mark = chance(wild / 5) ? pick(['? ', '?\t', '?', '- ', '!x ', '&x ', '\t']) : '';
      return `${!chance(wild / 4) ? indent : pick(indents)}${mark}${key}${colon}${value(indent, depth)}`;
    }).join('');
  }

  function sequence(indent: string, depth: number): string {
    return Array.from({ length: 1 + Math.floor(next() * 3) }, () => {
      const dash = !chance(wild) ? '- ' : pick(['-\t', '-', '- - ', '-  ', '- \t', '-\t- ', '- ? ', '-\n']);
      const what = next();
      const inner =
        what < 0.6
          ? `${scalar()}${mostly(['', ' # c'], tails)}${mostly(['\n'], ends)}`
          : what < 0.8
            ? `${flow(0)}${mostly(['', ' # c'], tails)}${mostly(['\n'], ends)}`
            : mapping(`${indent}  `, depth + 1).trimStart();
      return `${indent}${dash}${inner}`;
    }).join('');
  }

  return Array.from({ length: count }, () => {
    wild = pick([0.03, 0.1, 0.25]);
    const frame = chance(0.12) ? pick(frames) : '';
    const kind = next();
    const body =
      kind < 0.8
        ? mapping('', 0)
        : kind < 0.92
          ? sequence('', 0)
          : `${chance(0.5) ? flow(0) : scalar()}${mostly(['', ' # c'], tails)}${mostly(['\n'], ends)}`;
    return `${frame}${body}${chance(0.05) ? pick(['...\n', '---\n', '---\na: b\n', '\t', ' \t\n', '...\na: b\n', '...', '---', '...\t# c\n']) : ''}`;
  });
}
