import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Subject, subjectsOf } from '../../../tasks/checkpoints/models/subject';
import { verifyStep } from '../../../tasks/checkpoints/models/verify-step';
import { contextWith } from '../../support/context';
import { temporaryFolder } from '../../support/project';
import { makeModel, recordAsHf } from './model';

/** A model without a tokenizer, or with two templates. */
const test = suite('the tokenizer of a folder');

function folderWith(files: Readonly<Record<string, string>>, { recorded = false } = {}): string {
  const folder = path.join(temporaryFolder(), 'model');
  const made = makeModel(folder);
  fs.rmSync(path.join(folder, 'tokenizer.json'));
  const { 'tokenizer.json': _, ...others } = made;
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  if (recorded) recordAsHf(folder, others);
  return folder;
}

async function verify(folder: string) {
  const context = contextWith({}, { path: folder });
  const finding = await verifyStep(subjectsOf(context)[0] as Subject).check(context, 'full', () => undefined, undefined);
  return finding as unknown as { state: string; code?: string; found: string; fix?: string; warning?: string };
}

for (const [name, files, says] of [
  ['none', {}, 'no other tokenizer is there'],
  ['one without a byte', { 'tokenizer.model': '' }, '`tokenizer.model` is empty'],
  ['its configuration alone', { 'tokenizer_config.json': '{}' }, '`tokenizer_config.json` has no vocabulary'],
  ["the makers' own", { 'tekken.json': '{}' }, '`tekken.json` is read with mistral-common alone'],
  ['a vocabulary without merges', { 'vocab.json': '{}' }, 'no other tokenizer is there'],
] as const)
  test(`is missing where there is ${name}`, async () => {
    const { state, code, found, fix } = await verify(folderWith(files));
    assert.equal([state, code], ['todo', 'E_MODEL_INCOMPLETE'], found);
    assert.match(found, `\`tokenizer.json\` is missing, and ${says}: \`AutoTokenizer\` and training refuse the folder`);
    assert.match(fix ?? '', /^copy the files of the tokenizer/);
  });

test('may have other names, and is of its own kind where the model has code of its own', async () => {
  const config = { model_type: 'llama', auto_map: { AutoTokenizer: ['own.Own', null] } };
  for (const files of [
    { 'tokenizer.model': 'x' },
    { 'vocab.json': '{}', 'merges.txt': 'x' },
    { 'config.json': JSON.stringify(config) },
    { 'config.json': '{"model_type": "vit"}' },
  ] as Record<string, string>[]) {
    const { state, found } = await verify(folderWith(files));
    assert.is(state, 'done', `${JSON.stringify(files)}: ${found}`);
  }
});

test('that a commit does not have is a warning', async () => {
  const { state, found, warning } = await verify(folderWith({}, { recorded: true }));
  assert.is(state, 'done', found);
  assert.match(warning ?? '', '`tokenizer.json` is missing, and no other tokenizer is there');
});

test('what is missing of it hides nothing of what is wrong with the weights', async () => {
  const folder = folderWith({});
  const file = path.join(folder, 'config.json');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"vocab_size":8', '"vocab_size":9'));
  const { found } = await verify(folder);
  assert.match(found, '`vocab_size` 9');
  assert.match(found, '`tokenizer.json` is missing');
});

test('has one chat template, or two that are the same', async () => {
  const inside = (template: unknown) => ({ 'tokenizer.json': '{}', 'tokenizer_config.json': JSON.stringify({ chat_template: template }) });
  const beside = '{{ messages }}\n';
  for (const [template, isOther] of [
    ['{{ messages }}', false],
    [[{ name: 'default', template: '{{ messages }}' }], false],
    ['{{ messages[0] }}', true],
    [[{ name: 'default', template: '{{ messages[0] }}' }], true],
  ] as const) {
    const { state, warning } = await verify(folderWith({ ...inside(template), 'chat_template.jinja': beside }));
    assert.is(state, 'done');
    assert.is(/is another chat template than that of `tokenizer_config\.json`/.test(warning ?? ''), isOther, JSON.stringify(template));
  }
});

test.run();
