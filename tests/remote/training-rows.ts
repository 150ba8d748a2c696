import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { lenient, strict } from '../data/templates';
import { repository, temporaryFolder } from '../support/project';

/** The program that asks scripts/training_rows.py, with what it reads. */
const program = path.join(__dirname, 'training-rows.py');

const prompt = `{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}`;
const header = ['<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'];
/** As Qwen 3's: an answer begins with an empty thought, a turn ends with a line break, no BOS. */
const thinking = `{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}{%- if message.role == 'assistant' and loop.last %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{{- message.content + '<|im_end|>\\n' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}`;
const templates = {
  llama: { text: lenient.text + prompt, bos: lenient.bos, eos: lenient.eos, pad: lenient.eos, special: [lenient.bos, ...header] },
  mistral: { text: strict.text, bos: '<s>', eos: '</s>', pad: '</s>', special: ['<s>', '</s>', '[INST]', '[/INST]'] },
  thinking: { text: thinking, bos: '<s>', eos: '<|im_end|>', pad: '<s>', special: ['<s>', '<|im_start|>', '<|im_end|>'] },
  endless: {
    text: `{{- bos_token }}{%- for message in messages %}{{- message.role + ': ' + message.content + ' ' }}{%- endfor %}`,
    bos: '<s>',
    eos: '</s>',
    pad: '</s>',
    special: ['<s>', '</s>'],
  },
  none: { text: null, bos: '<s>', eos: '</s>', pad: '</s>', special: ['<s>', '</s>'] },
};

const chat = (...contents: readonly string[]) => ({
  messages: contents.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
});

/** A chat whose answers have these weights. */
const weighted = (weights: readonly unknown[], ...contents: readonly string[]) => ({
  messages: chat(...contents).messages.map((message, at) => (at % 2 === 0 ? message : { ...message, weight: weights[(at - 1) / 2] })),
});

interface Case {
  what: string;
  template: keyof typeof templates;
  rows: readonly object[];
  limit?: number;
  answersOnly?: boolean;
  /** What is learned of each row, or why it is refused. */
  learned?: string[][];
  refused?: RegExp;
  cut?: number;
  leftOut?: number;
}

const cases: readonly Case[] = [
  { what: 'one answer', template: 'llama', rows: [chat('what', 'rain')], learned: [['rain<|eot_id|>']] },
  { what: 'two answers', template: 'llama', rows: [chat('a', 'rain', 'b', 'noon')], learned: [['rain<|eot_id|>', 'noon<|eot_id|>']] },
  { what: 'weight 0', template: 'llama', rows: [weighted([0, 1], 'a', 'rain', 'b', 'noon')], learned: [['noon<|eot_id|>']] },
  { what: 'weight 0 last', template: 'endless', rows: [weighted([null, 0], 'a', 'rain', 'b', 'noon')], learned: [[' rain']] },
  { what: 'weight 0 alone', template: 'llama', rows: [weighted([0], 'a', 'rain')], refused: /every answer has the weight 0/ },
  {
    what: 'half a weight',
    template: 'llama',
    rows: [weighted([0.5], 'a', 'rain')],
    refused: /^rows\.jsonl:1: `weight` of a message is 0\.5/,
  },
  { what: 'words of the question', template: 'llama', rows: [chat('rain', 'rain')], learned: [['rain<|eot_id|>']] },
  { what: 'blanks are trimmed', template: 'llama', rows: [chat('a', '\n rain \n')], learned: [['rain<|eot_id|>']] },
  { what: 'one answer', template: 'mistral', rows: [chat('what', 'rain')], learned: [[' rain</s>']] },
  { what: 'two answers', template: 'mistral', rows: [chat('a', 'rain', 'b', 'noon')], learned: [[' rain</s>', ' noon</s>']] },
  {
    what: 'other letters than ASCII',
    template: 'mistral',
    rows: [chat('wie', 'bewölkt ☔ später')],
    learned: [[' bewölkt ☔ später</s>']],
  },
  {
    what: 'what the model writes itself',
    template: 'thinking',
    rows: [chat('a', 'rain')],
    learned: [['<think>\n\n</think>\n\nrain<|im_end|>\n'.trimEnd()]],
  },
  { what: 'a template that ends nothing', template: 'endless', rows: [chat('a', 'rain', 'b', 'noon')], learned: [[' rain', ' noon</s>']] },
  {
    what: 'ShareGPT',
    template: 'llama',
    rows: [
      {
        conversations: [
          { from: 'human', value: 'a' },
          { from: 'gpt', value: 'rain' },
        ],
      },
    ],
    learned: [['rain<|eot_id|>']],
  },
  { what: 'instructions', template: 'llama', rows: [{ instruction: 'say', input: 'it', output: 'rain' }], learned: [['rain<|eot_id|>']] },
  {
    what: 'the context of Dolly',
    template: 'mistral',
    rows: [{ instruction: 'what', context: 'noon', response: 'rain' }],
    answersOnly: false,
    learned: [['<s>[INST] what\n\nnoon[/INST] rain</s>']],
  },
  {
    what: 'the turns of LLaMA-Factory',
    template: 'llama',
    rows: [{ instruction: 'b', input: '', output: 'noon', history: [['a', 'rain']], system: 'be short' }],
    learned: [['rain<|eot_id|>', 'noon<|eot_id|>']],
  },
  {
    what: 'a prompt that is a list alone',
    template: 'llama',
    rows: [{ prompt: chat('a').messages, completion: 'b' }],
    refused: /type list/,
  },
  { what: 'an input that is a number', template: 'llama', rows: [{ instruction: 'a', input: 5, output: 'b' }], refused: /`input`/ },
  { what: 'prompt and completion', template: 'llama', rows: [{ prompt: 'what', completion: ' rain' }], learned: [[' rain<|eot_id|>']] },
  {
    what: 'a text',
    template: 'mistral',
    rows: [{ text: 'cloudy' }, { text: '<s>cloudy</s>' }],
    learned: [['cloudy</s>'], ['<s>cloudy</s>']],
  },
  { what: 'a text, without a template', template: 'none', rows: [{ text: 'cloudy' }], learned: [['cloudy</s>']] },
  {
    what: 'prompts too',
    template: 'mistral',
    rows: [chat('what', 'rain')],
    answersOnly: false,
    learned: [['<s>[INST] what[/INST] rain</s>']],
  },
  {
    what: 'longer than the limit',
    template: 'mistral',
    rows: [chat('what', 'rain noon rain noon')],
    limit: 6,
    learned: [[' rain']],
    cut: 1,
  },
  {
    what: 'the prompt alone fits',
    template: 'mistral',
    rows: [chat('what', 'rain'), chat('w '.repeat(20), 'rain')],
    limit: 20,
    learned: [[' rain</s>']],
    cut: 1,
    leftOut: 1,
  },
  {
    what: 'a system message that the template drops',
    template: 'mistral',
    rows: [
      {
        messages: [
          { role: 'system', content: 'be short' },
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'rain' },
        ],
      },
    ],
    refused: /^rows\.jsonl:1: the chat template of the model leaves out what the system says$/,
  },
  {
    what: 'roles in a wrong order',
    template: 'mistral',
    rows: [chat('a', 'rain'), { messages: [{ role: 'assistant', content: 'x' }] }],
    refused: /^rows\.jsonl:2: .*roles must alternate/,
  },
  { what: 'null', template: 'llama', rows: [{ messages: [{ role: 'user', content: null }] }], refused: /^rows\.jsonl:1: a text is null$/ },
  { what: 'an empty answer', template: 'llama', rows: [chat('a', ' ')], refused: /message 2: the answer is empty/ },
  { what: 'no answer', template: 'llama', rows: [chat('a')], refused: /nobody answers/ },
  { what: 'no shape', template: 'llama', rows: [{ question: 'a' }], refused: /the row has no messages/ },
  { what: 'a chat, without a template', template: 'none', rows: [chat('a', 'b')], refused: /the model has no chat template/ },
];

interface Told {
  rows?: { learned: string[]; bos: number; tokens: number }[];
  cut?: number;
  leftOut?: number;
  refused?: string;
}

/** @param tell runs Python code in an environment, and returns what it prints */
export function testTrainingRows(tell: (code: string) => string): void {
  const folder = temporaryFolder();
  const file = path.join(folder, 'asked.json');
  fs.writeFileSync(file, JSON.stringify({ templates, cases }));
  const args = ['training-rows.py', path.join(repository, 'scripts'), file, folder];
  const said = tell(
    `import sys; sys.argv = ${JSON.stringify(args)}; import runpy; runpy.run_path(${JSON.stringify(program)}, run_name="__main__")`,
  );
  const all = JSON.parse(said.trim().split('\n').at(-1) ?? '') as Told[];
  for (const [at, { what, template, learned, refused, cut = 0, leftOut = 0, limit = 200 }] of cases.entries()) {
    const told = all[at] ?? {};
    const which = `${template}, ${what}: ${JSON.stringify(told)}`;
    if (refused) assert.match(told.refused ?? '', refused, which);
    else {
      assert.equal(
        told.rows?.map((row) => row.learned),
        learned,
        which,
      );
      assert.equal([told.cut, told.leftOut], [cut, leftOut], which);
      assert.ok(
        told.rows?.every((row) => row.bos === 1 && row.tokens <= limit),
        `one BOS: ${which}`,
      );
    }
  }
}
