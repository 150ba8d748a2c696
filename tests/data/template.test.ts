import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { modelTemplates } from '../../tasks/data/template/model-template';
import { rendererOf } from '../../tasks/data/template/render';
import { contextWith } from '../support/context';
import { conversations, renderedByPython } from './conversations';
import { lenient, strict } from './templates';

const test = suite('chat templates');

test('are rendered as jinja2 of Python renders them, which transformers uses', () => {
  const templates = [strict, lenient];
  const expected = renderedByPython(templates);
  const ours = templates.flatMap((template) => conversations.map(rendererOf(template)));
  assert.is(ours.length, expected.length);
  for (const [index, said] of expected.entries())
    assert.equal(ours[index], said, JSON.stringify(conversations[index % conversations.length]));
});

test('are read from the folders of the models that are enabled', () => {
  const context = contextWith({ models: { 'llama-3.1-8b': { enabled: true }, 'mistral-7b': { enabled: true } } });
  const write = (name: string, text: string) => {
    const file = path.join(context.root, 'models', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  };
  assert.equal(modelTemplates(context), []);
  write('llama-3.1-8b/tokenizer_config.json', JSON.stringify({ chat_template: 'old', bos_token: { content: '<b>' }, eos_token: '<e>' }));
  write('llama-3.1-8b/chat_template.jinja', 'new');
  write(
    'mistral-7b/tokenizer_config.json',
    JSON.stringify({
      chat_template: [
        { name: 'tool', template: 'x' },
        { name: 'default', template: 'y' },
      ],
    }),
  );
  assert.equal(
    modelTemplates(context).map(({ model, text, bos, eos, pad }) => [model, text, bos, eos, pad]),
    [
      ['llama-3.1-8b', 'new', '<b>', '<e>', undefined],
      ['mistral-7b', 'y', '', '', undefined],
    ],
  );
});

test.run();
