/** Rows of every shape with odd values in each of their places. */

const values = [undefined, null, '', ' ', 'hey', 5, true, [], ['hey'], {}, [{ role: 'user', content: 'hey' }], [['hey', 'bonjour']]];

/** A row for each value of each place; what is undefined is left out. */
function rowsOf(places: Readonly<Record<string, readonly unknown[]>>): object[] {
  let rows: object[] = [{}];
  for (const [place, each] of Object.entries(places))
    rows = rows.flatMap((row) => each.map((value) => (value === undefined ? row : { ...row, [place]: value })));
  return rows;
}

const [user, assistant] = [
  { role: 'user', content: 'hey' },
  { role: 'assistant', content: 'bonjour' },
];
const calls = [{ function: { name: 'look', arguments: { hour: 5 } } }];

/** As LLaMA-Factory writes them too. */
const tools = [
  '[]',
  '[{"name": "look"}]',
  '["look"]',
  '{}',
  'null',
  '5',
  '[{"name": NaN}]',
  [{ name: 'look' }],
  [{ name: 'look' }, null],
  {},
  0,
  false,
];

const messages: readonly unknown[] = [
  ...values,
  [user, assistant],
  [user, assistant, user],
  [assistant],
  [user, null],
  [user, 'bonjour'],
  [user, [assistant]],
  [user, {}],
  [user, { role: 'assistant' }],
  ...values.map((content) => [user, { role: 'assistant', content }]),
  ...values.map((content) => [{ role: 'user', content }, assistant]),
  ...['narrator', 'constructor', '__proto__', ' User', 'human', 'developer', 'ipython', '', null, 5, ['user']].map((role) => [
    { role, content: 'hey' },
    user,
    assistant,
  ]),
  ...[null, [], calls, 'look', {}, 0].map((tool_calls) => [user, { role: 'assistant', content: null, tool_calls }, assistant]),
  ...[null, [], calls, 'look', {}, 0].flatMap((tool_calls) =>
    ['bonjour', ''].map((content) => [user, { role: 'assistant', content, tool_calls }]),
  ),
  ...[null, 0, 1, 0.5, -1, 2, true, false, '0', [], {}].flatMap((weight) => [
    [user, { ...assistant, weight }],
    [user, { ...assistant, weight }, user, assistant],
    [user, { ...assistant, weight, content: '' }, user, assistant],
    [{ ...user, weight }, assistant],
    [user, { role: 'assistant', content: null, tool_calls: calls, weight }],
    [
      { from: 'human', value: 'hey' },
      { from: 'gpt', value: 'bonjour', weight },
    ],
  ]),
  [user, { role: 'assistant', content: 5, tool_calls: calls }],
  [{ role: 'user', content: null, tool_calls: calls }, assistant],
  [
    { from: 'human', value: 'hey' },
    { from: 'gpt', value: 'bonjour' },
  ],
  [
    { from: 'narrator', value: 'hey' },
    { from: 'gpt', value: 'bonjour' },
  ],
  [{ from: 'human', value: 'hey' }, assistant],
  [user, { from: 'gpt', value: 'bonjour' }],
  [
    { from: 'human', value: 'hey' },
    { from: 'gpt', value: null },
  ],
  [{ from: 'human', value: 'hey' }, { from: 'gpt' }],
  [
    { from: 'human', value: 'hey' },
    { from: 'gpt', value: null, tool_calls: calls },
    { from: 'observation', value: 'noon' },
  ],
  [{ from: 'human', role: 'user', content: 'hey' }, assistant],
];

export const oddRows: readonly object[] = [
  ...rowsOf({ messages }),
  ...rowsOf({ conversations: messages, system: [undefined, 'Be brief.'] }),
  ...rowsOf({ messages: [null, 5], conversation: messages }),
  ...rowsOf({
    messages: [
      [user, assistant],
      [{ role: 'system', content: 'Be kind.' }, user, assistant],
    ],
    system: values,
  }),
  ...rowsOf({ messages: [[user, assistant], []], history: values, system: [undefined, 'Be brief.'] }),
  ...rowsOf({ messages: [[user, assistant]], context: values, input: [undefined, 'hey'] }),
  ...rowsOf({ prompt: values, completion: values }),
  ...rowsOf({ prompt: [[user], 'hey'], completion: [[assistant], 'bonjour'], system: values, history: [undefined, [['a', 'b']]] }),
  ...rowsOf({ prompt: [[user], 'hey'], completion: [[assistant], 'bonjour'], input: values, context: [undefined, 'sunny'] }),
  ...rowsOf({ instruction: values, output: values }),
  ...rowsOf({ instruction: values, input: ['hey'], output: ['bonjour'] }),
  ...rowsOf({ instruction: ['hey'], response: values, output: [undefined, null, 'bonjour'] }),
  ...rowsOf({ instruction: ['hey'], input: values, context: values, response: ['bonjour'] }),
  ...rowsOf({ instruction: ['hey', 5], system: values, history: values, output: ['bonjour'] }),
  ...rowsOf({
    instruction: ['hey'],
    history: [
      [[]],
      [['a']],
      [['a', '']],
      [['a', 'b', 'c']],
      [['a', 5]],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [['a', 'b'], null],
    ],
    output: ['bonjour'],
  }),
  ...rowsOf({ messages: [[user, assistant]], tools: [...values, ...tools] }),
  ...rowsOf({ instruction: ['hey'], output: ['bonjour'], tools: [...values, ...tools] }),
  ...rowsOf({ prompt: [[user], 'hey'], completion: [[assistant], 'bonjour'], tools: [...values, ...tools] }),
  ...rowsOf({ text: values, system: [undefined, 'Be brief.'] }),
  ...rowsOf({ text: ['\u001c', '\u0085', '\u00a0', '\u2003'] }),
  ...rowsOf({ prompt: ['hey'] }),
  ...rowsOf({ instruction: ['hey'] }),
];
