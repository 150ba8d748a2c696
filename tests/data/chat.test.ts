import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lookAtData } from '../../tasks/data/look-at-data';
import { splitOf } from '../../tasks/data/rows/data-files';
import { formJudge } from '../../tasks/data/template/judge-forms';
import { thisHost } from '../../tasks/platform';
import { temporaryFolder } from '../support/project';
import { chatKindsOf, dataFile, examine } from './examine';
import { lenient, strict } from './templates';

const test = suite('what a training makes of rows');

const say = (...turns: [string, unknown][]) => ({ messages: turns.map(([role, content]) => ({ role, content })) });
const talk = say(['user', 'Rain?'], ['assistant', 'No.']);
const lines = (...rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const call = (content: string | null, hour: number, more = {}) => ({
  messages: [
    { role: 'user', content: 'Rain?' },
    { role: 'assistant', content, tool_calls: [{ function: { name: 'look', arguments: { hour } } }] },
  ],
  ...more,
});

/** Rows, and the kinds that are found in them without a model. */
const cases: readonly [string, string, string[]][] = [
  ['a talk', lines(talk), []],
  ['a system message', lines(say(['system', 'Be brief.'], ['user', 'Rain?'], ['assistant', 'No.'])), []],
  ['prompt and completion', lines({ prompt: 'Rain?', completion: 'No.' }), []],
  ['instruction, input, output', lines({ instruction: 'Translate', input: 'rain', output: 'Regen' }), []],
  ['Dolly', lines({ instruction: 'Sum up', context: 'It rains.', response: 'Rain.', category: 'qa' }), []],
  [
    'LLaMA-Factory',
    lines(
      { instruction: 'Snow?', input: '', output: 'No.', system: 'Be brief.', history: [['Rain?', 'No.']] },
      { ...talk, system: 'Be brief.' },
    ),
    ['mixed-shapes'],
  ],
  ['a number as input', lines({ instruction: 'Say', input: 5, output: 'five' }), ['ignored-column']],
  ['input and context', lines({ instruction: 'Say', input: 'it', context: 'Rain.', output: 'rain' }), ['ignored-column']],
  [
    'two system messages',
    lines({ ...say(['system', 'Be brief.'], ['user', 'Rain?'], ['assistant', 'No.']), system: 'Be kind.' }),
    ['ignored-column'],
  ],
  ['a list and a text', lines({ prompt: [{ role: 'user', content: 'Rain?' }], completion: 'No.' }), ['parts']],
  ['an instruction that is null', lines({ instruction: null, input: 'Rain?', output: 'No.' }), ['ignored-column', 'no-content']],
  ['text', lines({ text: 'It rains.' }), []],
  ['no shape', lines({ question: 'Rain?', answer: 'No.' }), ['unknown-shape']],
  ['two shapes', lines(talk, { text: 'It rains.' }), ['mixed-shapes']],
  [
    'ShareGPT',
    lines({
      conversations: [
        { from: 'human', value: 'Rain?' },
        { from: 'gpt', value: 'No.' },
      ],
    }),
    ['sharegpt'],
  ],
  ['roles of others', lines(say(['human', 'Rain?'], ['gpt', 'No.'])), ['role-name']],
  ['roles in capitals', lines(say(['User', 'Rain?'], ['Assistant', 'No.'])), ['role-name']],
  ['a role that nobody knows', lines(say(['narrator', 'Once'], ['user', 'Rain?'], ['assistant', 'No.'])), ['unknown-role']],
  ['tools in JSON', lines({ ...talk, tools: '[{"name": "look"}]' }), []],
  ['tools that are none', lines({ ...talk, tools: ['look'] }), ['tools']],
  ['a call without words', lines(call('', 5)), ['tool-calls']],
  ['no messages', lines({ messages: [] }), ['no-messages']],
  ['null', lines(say(['user', 'Rain?'], ['assistant', null])), ['no-content']],
  ['no content', lines({ messages: [{ role: 'user' }, { role: 'assistant', content: 'No.' }] }), ['no-content']],
  ['parts', lines(say(['user', [{ type: 'text', text: 'Rain?' }]], ['assistant', 'No.'])), ['parts']],
  ['a number', lines(say(['user', 'Degrees?'], ['assistant', 5])), ['content-type']],
  ['an empty answer', lines(say(['user', 'Rain?'], ['assistant', ' '])), ['no-answer']],
  ['an empty completion', lines({ prompt: 'Rain?', completion: '' }), ['no-answer']],
  ['no answer', lines(say(['user', 'Rain?'])), ['no-answer']],
  ['an empty question', lines(say(['user', ''], ['assistant', 'No.'])), ['empty-message']],
  ['the user last', lines(say(['user', 'Rain?'], ['assistant', 'No.'], ['user', 'Thanks'])), ['ends-without-answer']],
  ['two users in a row', lines(say(['user', 'Hi'], ['user', 'Rain?'], ['assistant', 'No.'])), ['turns']],
  ['the answer first', lines(say(['assistant', 'Hi'], ['user', 'Rain?'], ['assistant', 'No.'])), ['turns']],
  [
    'a name in one message',
    lines(talk, {
      messages: [
        { role: 'user', content: 'Snow?', name: 'bob' },
        { role: 'assistant', content: 'No.' },
      ],
    }),
    ['message-keys'],
  ],
  [
    'one call of a tool',
    lines(talk, {
      messages: [
        { role: 'user', content: 'Snow?' },
        { role: 'assistant', content: null, tool_calls: [{ function: { name: 'look', arguments: { hour: 5 } } }] },
        { role: 'tool', content: 'none' },
        { role: 'assistant', content: 'No.' },
      ],
    }),
    ['tool-calls'],
  ],
  ['an id beside prompt and completion', lines({ id: 1, prompt: 'Rain?', completion: 'No.' }), ['extra-columns']],
  ['a text that a template made', lines({ text: '<s>[INST] Rain?[/INST] No.</s>' }), ['template-applied']],
  ['a token in a text', lines(say(['user', 'What is </s>?'], ['assistant', 'An end.'])), ['special-token']],
  ['the wrong encoding', lines(say(['user', 'CafÃ© or tea?'], ['assistant', 'Itâ€™s tea.'])), ['bad-characters']],
  ['Portuguese, French and Icelandic', lines(say(['user', 'Ã É Þú SÃO PAULO, MAÇÃ, DÉJÀ'], ['assistant', 'Às vezes: «château»'])), []],
  ['a token of the Hub', lines(say(['user', 'Mine?'], ['assistant', 'hf_abcdefghijklmnopqrstuvwxyz012345'])), ['secret']],
  ['addresses', lines(say(['user', 'jane.doe@company.io, +49 170 1234567'], ['assistant', 'No.'])), ['address']],
  ['addresses of nobody', lines(say(['user', 'me@example.com @here 1+1'], ['assistant', 'No.'])), []],
];

test('each kind is found, and nothing where there is nothing', async () => {
  for (const [name, text, kinds] of cases) assert.equal(chatKindsOf(await examine(text)), kinds, name);
});

test('what is secret is counted and never shown', async () => {
  const { tallies } = await examine(
    lines(say(['user', 'jane.doe@company.io and joe@company.io'], ['assistant', 'hf_abcdefghijklmnopqrstuvwxyz012345'])),
  );
  assert.equal(
    [tallies['address'], tallies['secret']],
    [
      { count: 2, first: { line: 1 } },
      { count: 1, first: { line: 1 } },
    ],
  );
});

test('a template says of each form of talk what it does with it', async () => {
  const judged = async (row: object, template = strict) => {
    const { forms } = await examine(lines(talk, row, row));
    const tallies = formJudge([template])(forms.values());
    return Object.entries(tallies).map(([kind, { count, first }]) => [kind, count, first.line, first.detail]);
  };
  assert.equal(await judged(say(['user', 'Rain?'], ['assistant', 'No.'], ['user', 'Snow?'], ['assistant', 'No.'])), []);
  // The words of the talk's end decide whether the system message is kept.
  assert.equal(await judged(say(['system', 'Be brief.'], ['user', 'Rain?'], ['assistant', 'No.'])), [
    ['system-dropped', 2, 2, 'strict: the message of `system`'],
  ]);
  assert.equal(await judged(say(['system', 'Be brief.'], ['user', 'Rain?'])), []);
  assert.equal(await judged(say(['system', 'Be brief.'], ['user', 'Rain?'], ['assistant', 'No.']), lenient), []);
  const alternate = 'strict: roles must alternate user/assistant/user/assistant/...';
  assert.equal(await judged(say(['user', 'Hi'], ['user', 'Rain?'], ['assistant', 'No.'])), [['template-raises', 2, 2, alternate]]);
  assert.equal(await judged(say(['human', 'Rain?'], ['gpt', 'No.'])), [['template-raises', 2, 2, alternate]]);
  assert.equal(await judged(say(['human', 'Rain?'], ['gpt', 'No.']), lenient), []);
  const calls = (list: unknown) => ({
    messages: [
      { role: 'user', content: 'Snow?' },
      { role: 'assistant', content: 'x', tool_calls: list },
    ],
  });
  assert.equal(await judged(calls([]), lenient), [
    ['template-raises', 2, 2, 'lenient: This model only supports single tool-calls at once!'],
  ]);
});

test('a template that cannot be rendered here is no error of the data', async () => {
  const { forms } = await examine(lines(talk));
  for (const text of ['{% frobnicate %}', '{{ messages | frobnicate }}']) {
    const tallies = formJudge([{ ...strict, text }])(forms.values());
    assert.equal(Object.keys(tallies), ['template-unread'], text);
  }
});

test('an example that stands twice is told, and one that is trained and asked', async () => {
  const folder = temporaryFolder();
  const other = say(['user', 'Snow?'], ['assistant', 'No.']);
  const files = [
    ['train.jsonl', lines(talk, { id: 7, ...talk }, say(['user', 'Rain?'], ['assistant', 'Yes.']), other)],
    ['validation.jsonl', lines(say(['user', 'Hail?'], ['assistant', 'No.']), other)],
  ].map(([name = '', text = '']) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    return { path: file, name, bytes: text.length, split: splitOf(name), compressed: false, parquet: false };
  });
  const [train, validation] = await lookAtData({ host: thisHost() }, files, { templates: [] }, () => undefined);
  assert.equal(train?.tallies['duplicate'], { count: 1, first: { line: 2 } });
  const called = await lookedAt([call('', 5), call('', 6), call('', 5, { tools: [{ name: 'look' }] }), call('', 5, { tools: '[]' })]);
  assert.equal(called.tallies['duplicate'], { count: 1, first: { line: 4 } });
  assert.equal(validation?.tallies['train-and-validation'], { count: 1, first: { line: 2, detail: 'also in train' } });
});

test('what belongs to an example is a part of it, where a template drops it too', async () => {
  const rows = [
    { instruction: 'Rain?', context: 'Noon.', response: 'No.' },
    { instruction: 'Rain?', context: 'Night.', response: 'No.' },
  ];
  assert.is((await lookedAt(rows)).tallies['duplicate'], undefined);
  const { tallies } = await lookedAt([{ instruction: 'Rain?', output: 'No.', system: 'Be brief.' }]);
  assert.is(tallies['system-dropped']?.first.detail, 'strict: the message of `system`');
});

async function lookedAt(rows: readonly object[]) {
  const file = path.join(temporaryFolder(), 'train.jsonl');
  fs.writeFileSync(file, lines(...rows));
  const [report] = await lookAtData({ host: thisHost() }, [dataFile(file)], { templates: [strict] }, () => undefined);
  assert.ok(report);
  return report;
}

test('threads find the same as one', async () => {
  const file = path.join(temporaryFolder(), 'train.jsonl');
  const row = (index: number) =>
    say(['user', `Rain on day ${index}? ${'x'.repeat(900)}`], [index % 1000 === 999 ? 'gpt' : 'assistant', 'No.']);
  const rows = Array.from({ length: 30_000 }, (_, index) => row(index));
  const text = lines(...rows, row(5));
  fs.writeFileSync(file, text);
  const data = { path: file, name: 'train.jsonl', bytes: text.length, split: 'train', compressed: false, parquet: false } as const;
  const [report] = await lookAtData({ host: thisHost() }, [data], { templates: [strict] }, () => undefined);
  assert.is(report?.rows, 30_001);
  assert.equal([report?.tallies['role-name']?.count, report?.tallies['role-name']?.first.line], [30, 1000]);
  assert.equal([report?.tallies['template-raises']?.count, report?.tallies['template-raises']?.first.line], [30, 1000]);
  assert.equal(report?.tallies['duplicate'], { count: 1, first: { line: 30_001 } });
});

test('a name that is a secret or an address is shown in no detail', async () => {
  const names = ['hf_abcdefghijklmnopqrstuvwxyz', 'some.body@mail.net'];
  for (const name of names) {
    const reports = [
      await examine(`{"prompt": "a", "completion": "b", "${name}": 1}\n{"prompt": "a", "completion": "b", "${name}": "x"}\n`),
      await examine(`{"messages": [{"role": "${'x'.repeat(25)} ${name}", "content": "a", "${name}": 1}]}\n`),
    ];
    const told = JSON.stringify(reports.map(({ tallies }) => tallies));
    for (const kind of ['extra-columns', 'mixed-types', 'message-keys', 'unknown-role']) assert.match(told, kind);
    assert.not.match(told, name.slice(0, 10));
  }
});

test.run();
