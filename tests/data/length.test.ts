import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exampleOf } from '../../tasks/data/chat/shape';
import { Layouts } from '../../tasks/data/length/layout';
import { Measure } from '../../tasks/data/length/measure';
import { LengthTally } from '../../tasks/data/length/tally-lengths';
import { TokenCounter } from '../../tasks/data/length/token-counter';
import { rendererOf } from '../../tasks/data/template/render';
import { repository, temporaryFolder } from '../support/project';
import { pythonWith } from '../support/python';
import { lenient, strict } from './templates';

const test = suite('the length of examples');

const corpus = ['docs/DATA.md', 'docs/GPU.md', 'tasks/data/look-at-file.ts', 'scripts/paths.py'].map((file) =>
  fs.readFileSync(path.join(repository, file), 'utf8'),
);
// A tokenizer of bytes has tokens over this sign and the blank before it.
const seenOften = ' ▁'.repeat(100);
const odd = [
  '',
  ' ',
  '   three  blanks ',
  "It's DON'T 12345678 2024-03-01\r\n\r\n\tx",
  'naïve e\u0301 café 日本語のテキスト 🙂👩‍👩‍👧 \u00a0\u3000x\u2028y',
  '▁▁ a▁b ▁',
  'foo▁bar ▁▁▁ x▁▁ — a ▁',
  '<s>[INST] Rain?[/INST] No.</s>',
  'x<|eot_id|>xy<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi <|eot',
  '='.repeat(3000),
  'abcdefghij'.repeat(700),
  'é'.repeat(500),
  '\u0000\u0001\u007f\u0085 \x1c',
  '\\u0041 \ud7ff\ufffd',
];
/** Parts of the texts, from everywhere and of every length. */
const parts = corpus.flatMap((text) => Array.from({ length: 60 }, (_, at) => text.slice(at * 137, at * 137 + ((at * 97) % 900))));
const texts = [...odd, ...parts];

const folder = temporaryFolder();
const python = pythonWith('tokenizers==0.20.3');
const said: Record<string, { tokens: number; ends: number[] }[]> = JSON.parse(
  execFileSync(python, [path.join(repository, 'tests/data/count-tokens.py'), folder], {
    input: JSON.stringify({ corpus: [...corpus, seenOften], texts }),
  }).toString(),
);
const fileOf = (name: string) => path.join(folder, `${name}.json`);
const counterOf = (name: string) => new TokenCounter(JSON.parse(fs.readFileSync(fileOf(name), 'utf8')));

test('is counted as tokenizers of Python counts it, for each kind of tokenizer', () => {
  for (const [name, counts] of Object.entries(said)) {
    const counter = counterOf(name);
    // Once more with what is remembered.
    for (const round of [1, 2])
      for (const [index, text] of texts.entries())
        assert.is(counter.count(text), counts[index]?.tokens, `${name}, round ${round}: ${JSON.stringify(text.slice(0, 80))}`);
  }
});

test('what is before a place is counted with the whole, to the word', () => {
  // Places are letters here and characters there.
  const isCounted = (text: string) => [...text].length === text.length && text.normalize('NFC') === text;
  for (const [name, counts] of Object.entries(said)) {
    const counter = counterOf(name);
    let seen = 0;
    for (const [index, text] of texts.entries()) {
      if (!isCounted(text)) continue;
      const places = [...text.matchAll(/(?<=[A-Za-z]) /g)].map((found) => found.index);
      const ends = counts[index]?.ends ?? [];
      const { tokens, before } = counter.countAt(text, [0, ...places, text.length]);
      assert.is(tokens, counts[index]?.tokens);
      assert.equal(
        before,
        [0, ...places.map((place) => ends.filter((end) => end <= place).length), tokens],
        `${name}: ${JSON.stringify(text.slice(0, 80))}`,
      );
      seen += places.length;
    }
    assert.ok(seen > 100, `${name}: ${seen} places`);
  }
});

test('a template is applied as it is, though it is asked once for each order of roles', () => {
  const contents = [' \n Rain? \n', 'No.', '', '\t tabs\u00a0', 'Qz0zQ'];
  for (const template of [strict, lenient]) {
    const render = rendererOf(template);
    const layouts = new Layouts(template.text, render);
    for (const roles of [
      ['user', 'assistant'],
      ['system', 'user', 'assistant'],
      ['user', 'assistant', 'user', 'assistant'],
      ['user', 'user'],
    ])
      for (const shift of contents.keys()) {
        const messages = roles.map((role, index) => ({ role, content: contents[(index + shift) % contents.length] as string }));
        const rendered = render(messages);
        const trained = layouts.trained(messages);
        assert.equal(trained?.text, 'text' in rendered ? rendered.text : undefined, `${template.model} ${roles} ${shift}`);
      }
  }
  const trained = new Layouts(lenient.text, rendererOf(lenient)).trained([
    { role: 'user', content: 'No. Rain?' },
    { role: 'assistant', content: ' No.' },
  ]);
  assert.equal(
    trained?.answers.map(({ from, to }) => trained.text.slice(from, to)),
    ['No.'],
  );
  assert.match(trained?.text ?? '', /No\.<\|eot_id\|>$/);
  assert.ok((trained?.answers[0]?.from ?? 0) > (trained?.text.indexOf('Rain?') ?? 0));
  // What a template cuts out of a text is seen, since it is asked each time.
  const cutting = `${lenient.text}{{ messages[0].content.split('x')[0] }}`;
  assert.match(
    new Layouts(cutting, rendererOf({ ...lenient, text: cutting })).trained([{ role: 'user', content: 'axb' }])?.text ?? '',
    /a$/,
  );
});

test('a template is asked about each example where its code changes texts, and not for signs of code in its own texts', () => {
  for (const [template, asks] of [
    ["{{ '<|start|>' + message['content'] | trim }}", 1],
    ['<|user|>{{ message.content }}', 1],
    ["{# don't #}{{ message.content }}", 1],
    ["{{ tools | reject('equalto', 'a|upper') | join(', ') }}{{ message.content }}", 1],
    ["{{ message.content.split('x')[0] }}", 3],
    ['{{ message.content | upper }}', 3],
    ['{{ "}}" + message.content | upper }}', 3],
    ["{% if '</think>' in message.content %}{% endif %}", 3],
  ] as const) {
    let asked = 0;
    const layouts = new Layouts(template, (messages) => {
      asked++;
      return { text: messages.map(({ content }) => content).join('') };
    });
    for (const content of ['a', 'b', 'c']) layouts.trained([{ role: 'user', content }]);
    assert.is(asked, asks, template);
  }
});

test('an example has one BOS and one EOS, and is told where it is cut, and where its answer is', () => {
  const model = { name: 'llama', tokenizer: fileOf('llama'), template: lenient, addsBos: true, bos: lenient.bos, eos: lenient.eos };
  const measure = new Measure({ limit: 40, models: [model, { ...model, name: 'about', tokenizer: undefined }] });
  const chat = (question: string, answer: string) =>
    ({
      shape: 'messages',
      isChat: true,
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    }) as const;
  const counter = counterOf('llama');
  const rendered = (question: string, answer: string) =>
    `<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n${question}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n${answer}<|eot_id|>`;
  const long = 'y7 '.repeat(100).trim();
  assert.is(measure.add(chat('Rain?', 'No.')), undefined);
  assert.equal(measure.add(chat('Rain?', long)), { model: 'llama', tokens: counter.count(rendered('Rain?', long)), losesAnswer: false });
  assert.equal(measure.add(chat(long, 'No.'))?.losesAnswer, true);
  assert.is(measure.add({ shape: 'text', isChat: false, messages: [{ role: 'assistant', content: 'It rains.' }] }), undefined);
  const [exact, about] = measure.take();
  assert.is(exact?.lengths[0], counter.count(rendered('Rain?', 'No.')));
  assert.is(exact?.lengths[3], counter.count('It rains.') + 2);
  assert.is(exact?.answerTokens, 2 * counter.count('No.') + counter.count(long) + counter.count('It rains.'));
  assert.equal([exact?.cut, exact?.withoutAnswer, exact?.lengths.length, about?.lengths.length], [2, 1, 4, 4]);
  assert.equal(measure.take()[0]?.lengths.length, 0);
});

test('an answer of weight 0 counts as context', () => {
  const model = { name: 'llama', tokenizer: fileOf('llama'), template: lenient, addsBos: true, bos: lenient.bos, eos: lenient.eos };
  const measure = new Measure({ limit: 400, models: [model, { ...model, template: undefined }] });
  const talk = exampleOf({
    messages: [
      { role: 'user', content: 'Rain?' },
      { role: 'assistant', content: 'Hardly any of it.', weight: 0 },
      { role: 'user', content: 'Snow?' },
      { role: 'assistant', content: 'No.', weight: 1 },
    ],
  });
  assert.ok(talk);
  measure.add(talk);
  for (const { answerTokens } of measure.take()) assert.is(answerTokens, counterOf('llama').count('No.'));
});

test('quantiles and the histogram are those of all examples', () => {
  const tally = new LengthTally();
  for (let length = 1; length <= 1000; length++) tally.add(length);
  tally.add(5000);
  assert.equal([tally.quantile(0.5), tally.quantile(0.99), tally.longest, tally.tokens], [501, 991, 5000, 505_500]);
  assert.equal(
    tally.histogram().map(({ upTo, examples }) => [upTo, examples]),
    [
      [128, 128],
      [256, 128],
      [512, 256],
      [1024, 488],
      [2048, 0],
      [4096, 0],
      [8192, 1],
    ],
  );
  const sum = new LengthTally();
  sum.addTally(tally);
  sum.addTally(tally);
  assert.equal([sum.examples, sum.tokens, sum.quantile(0.5)], [2002, 1_011_000, 501]);
  const huge = new LengthTally();
  huge.add(12_500_000);
  assert.equal([huge.quantile(0.5), huge.longest], [12_500_000, 12_500_000]);
});

test.run();
