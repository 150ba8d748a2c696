/** Two rows with ten megabytes between them: the last one is a block of its own. */
const farOf = (first: string, filler: string, last: string): string =>
  `${first}\n${`${filler}\n`.repeat(Math.ceil(((10 << 20) - first.length) / (filler.length + 1)))}${last}\n`;
const far = (first: string, last: string): string => farOf(first, `{"a": 1, "p": "${'y'.repeat(4000)}"}`, last);

export interface FormCase {
  name: string;
  text: string | Uint8Array;
  /** What is found, in order of name. */
  kinds: string[];
  /** Whether `load_dataset("json")` of datasets 2.15.0 takes it: asked of it in tests/remote/data.test.ts. */
  loads: boolean;
}

const pad = 'y'.repeat(4000);

/** Small files of every kind. What is an error to no reader has no kind. */
export const formCases: readonly FormCase[] = [
  { name: 'plain', text: '{"a": 1}\n{"a": 2}\n', kinds: [], loads: true },
  { name: 'no line break at the end', text: '{"a": 1}\n{"a": 2}', kinds: [], loads: true },
  { name: 'CRLF', text: '{"a": 1}\r\n{"a": 2}\r\n', kinds: [], loads: true },
  { name: 'a mark', text: '\ufeff{"a": 1}\n{"a": 2}\n', kinds: ['mark'], loads: true },
  { name: 'a mark before a list', text: '\ufeff[{"a": 1}, {"a": 2}]', kinds: ['marked-list'], loads: false },
  { name: 'a list behind blanks', text: `${' '.repeat(200)}\n[{"a": 1}, {"a": 2}]`, kinds: [], loads: true },
  { name: 'a large double', text: '{"a": 2e20}\n{"a": 1}\n', kinds: [], loads: true },
  { name: 'a number beyond a double, in a text', text: '{"a": "to 1e400", "b": 1.5}\n', kinds: [], loads: true },
  { name: 'empty lines', text: '\n{"a": 1}\n \t\n{"a": 2}\n\n', kinds: ['empty-line'], loads: true },
  { name: 'comma in an object', text: '{"a": 1,}\n', kinds: ['trailing-comma'], loads: false },
  { name: 'comma behind an object', text: '{"a": 1},\n{"a": 2}\n', kinds: ['trailing-comma'], loads: false },
  { name: 'comma in a list', text: '{"a": [1,]}\n', kinds: ['trailing-comma'], loads: false },
  { name: 'NaN', text: '{"a": NaN}\n{"a": 1.5}\n', kinds: ['not-a-number'], loads: true },
  { name: '-Infinity', text: '{"a": -Infinity}\n{"a": 1.5}\n', kinds: ['not-a-number'], loads: true },
  { name: 'number, then text', text: '{"a": 1}\n{"a": "x"}\n', kinds: ['mixed-types'], loads: false },
  { name: 'boolean, then text', text: '{"a": true}\n{"a": "x"}\n', kinds: ['mixed-types'], loads: false },
  { name: 'text, then list', text: '{"m": [{"c": "x"}]}\n{"m": [{"c": ["x"]}]}\n', kinds: ['mixed-types'], loads: false },
  { name: 'integer, then double', text: '{"a": 1}\n{"a": 1.5}\n', kinds: [], loads: true },
  { name: 'text, then null', text: '{"a": "x"}\n{"a": null}\n', kinds: [], loads: true },
  { name: 'a column that is missing', text: '{"a": 1}\n{"b": 2}\n', kinds: [], loads: true },
  { name: 'number, then text, far', text: far('{"a": 1, "p": "x"}', '{"a": "x", "p": "x"}'), kinds: ['block-types'], loads: false },
  { name: 'integer, then double, far', text: far('{"a": 1, "p": "x"}', '{"a": 1.5, "p": "x"}'), kinds: ['block-types'], loads: false },
  {
    name: 'double, then integer, far',
    text: farOf('{"a": 0.5}', `{"a": 2, "p": "${pad}"}`, '{"a": 2, "p": "x"}'),
    kinds: [],
    loads: true,
  },
  {
    name: 'null, then text, far',
    text: farOf('{"a": null, "p": "x"}', `{"a": null, "p": "${pad}"}`, '{"a": "x", "p": "x"}'),
    kinds: ['block-types'],
    loads: false,
  },
  {
    name: 'text, then null, far',
    text: farOf('{"a": "x", "p": "x"}', `{"a": null, "p": "${pad}"}`, '{"a": null, "p": "x"}'),
    kinds: [],
    loads: true,
  },
  {
    name: 'empty lists, then lists, far',
    text: farOf('{"a": [], "p": "x"}', `{"a": [], "p": "${pad}"}`, '{"a": [{"x": 1}], "p": "x"}'),
    kinds: ['block-types'],
    loads: false,
  },
  {
    name: 'a column that is missing, far',
    text: far('{"a": 1, "p": "x"}', '{"a": 1, "p": "x", "b": 2}'),
    kinds: ['block-columns'],
    loads: false,
  },
  {
    name: 'a key of a message, far',
    text: farOf('{"m": [{"c": "x"}], "p": "x"}', `{"m": [{"c": "x"}], "p": "${pad}"}`, '{"m": [{"c": "x", "name": "bob"}], "p": "x"}'),
    kinds: ['block-columns'],
    loads: false,
  },
  {
    name: 'number, then text column, far',
    text: farOf('{"a": "1", "p": "x"}', `{"a": "1", "p": "${pad}"}`, '{"a": "2", "p": "x"}'),
    kinds: [],
    loads: true,
  },
  { name: 'keys twice', text: '{"a": 1, "a": 2}\n{"a": 1}\n', kinds: ['duplicate-key'], loads: false },
  { name: 'keys twice below', text: '{"m": {"a": 1, "a" : 2}}\n{"m": {"a": 1}}\n', kinds: ['duplicate-key'], loads: false },
  { name: 'the same key apart', text: '{"m": [{"a": ":x"}, {"a": "\\":"}], "a": "a\\\\"}\n', kinds: [], loads: true },
  { name: 'half a pair', text: '{"a": "x\\ud83dy"}\n{"a": "z"}\n', kinds: ['surrogate'], loads: false },
  { name: 'the other half', text: '{"a": "x\\ude00y"}\n{"a": "z"}\n', kinds: ['surrogate'], loads: false },
  { name: 'a pair', text: '{"a": "x\\ud83d\\ude00 \\\\ud83d y"}\n', kinds: [], loads: true },
  { name: 'a tab in a text', text: '{"a": "x\ty"}\n', kinds: ['control'], loads: false },
  { name: 'NUL as an escape', text: '{"a": "x\\u0000y"}\n', kinds: [], loads: true },
  { name: 'U+2028', text: '{"a": "x\u2028y"}\n{"a": "z"}\n', kinds: [], loads: true },
  { name: 'Latin 1', text: Buffer.from('{"a": "caf\xe9"}\n{"a": "x"}\n', 'latin1'), kinds: ['not-utf8'], loads: false },
  { name: 'UTF-16', text: Buffer.from('\ufeff{"a": 1}\n', 'utf16le'), kinds: ['utf-16'], loads: false },
  { name: 'an integer beyond 64 bits', text: '{"a": 12345678901234567890}\n{"a": 1}\n', kinds: ['large-integer'], loads: true },
  { name: 'an integer of 63 bits', text: '{"a": 9007199254740993}\n{"a": 1}\n', kinds: [], loads: true },
  { name: '1e400', text: '{"a": 1e400}\n{"a": 1.5}\n', kinds: ['number-range'], loads: false },
  { name: 'no rows', text: '', kinds: ['no-rows'], loads: false },
  { name: 'empty objects', text: '{}\n{}\n', kinds: ['no-columns'], loads: true },
  { name: 'one empty object', text: '{"a": 1}\n{}\n', kinds: [], loads: true },
  { name: 'texts alone', text: '"x"\n"y"\n', kinds: ['not-an-object'], loads: false },
  { name: 'lists alone', text: '{"a": 1}\n[1]\n', kinds: ['not-an-object'], loads: false },
  { name: 'cut at the end', text: '{"a": 1}\n{"a": 2', kinds: ['unterminated'], loads: false },
  { name: 'cut within', text: '{"a": 1}\n{"a": \n{"a": 3}\n', kinds: ['unterminated'], loads: false },
  { name: 'a comment', text: '# rows\n{"a": 1}\n', kinds: ['comment'], loads: false },
  { name: "Python's words", text: "{'a': 1}\n", kinds: ['quotes'], loads: false },
  { name: 'None', text: '{"a": None}\n', kinds: ['quotes'], loads: false },
  { name: 'no value', text: '{"a": }\n', kinds: ['not-json'], loads: false },
  { name: 'two on a line', text: '{"a": 1} {"a": 2}\n', kinds: ['more-behind'], loads: true },
  { name: 'over several lines', text: '{\n  "a": 1\n}\n{\n  "a": 2\n}\n', kinds: ['several-lines'], loads: true },
  { name: 'a list', text: '[{"a": 1}, {"a": 2}]', kinds: [], loads: true },
  { name: 'a list over lines', text: '[\n  {\n    "a": 1\n  },\n  {\n    "a": 2\n  }\n]\n', kinds: [], loads: true },
  { name: 'a list with a comma at its end', text: '[\n{"a": 1},\n{"a": 2},\n]\n', kinds: ['trailing-comma'], loads: false },
  { name: 'a list that is cut', text: '[\n{"a": 1},\n{"a": 2', kinds: ['unterminated'], loads: false },
  { name: 'a list of mixed types', text: '[{"a": 1}, {"a": "x"}]', kinds: ['mixed-types'], loads: false },
  { name: 'dates', text: '{"a": "2024-01-01"}\n{"a": "2024-01-02"}\n', kinds: ['dates'], loads: true },
  {
    name: 'points of time',
    text: '{"m": [{"c": "2024-01-01 10:00"}]}\n{"m": [{"c": "2024-01-01T10:00:00Z"}]}\n',
    kinds: ['dates'],
    loads: true,
  },
  { name: 'dates and a word', text: '{"a": "2024-01-01"}\n{"a": "soon"}\n', kinds: [], loads: true },
  { name: 'dates in a list', text: '[{"a": "2024-01-01"}]', kinds: [], loads: true },
  {
    name: 'a word, then dates alone, far',
    text: farOf('{"a": "soon", "p": "x"}', `{"a": "2024-01-01", "p": "${pad}"}`, '{"a": "2024-01-01", "p": "x"}'),
    kinds: ['dates'],
    loads: true,
  },
];
