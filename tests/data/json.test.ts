import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, repository, runJust } from '../support/project';
import { pythonWith } from '../support/python';
import { byteTokenizer } from './byte-tokenizer';

const test = suite('data:check --json');

/** Fields of a value as the table in docs/DATA.md writes them; what is named by a person (a model, a language) is one field. */
function fieldsIn(value: unknown, at: string): string[] {
  if (at === 'withoutTokenizer' || at === 'near.languages') return [at];
  if (Array.isArray(value)) return value.flatMap((each) => fieldsIn(each, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, each]) => fieldsIn(each, at === '' ? name : `${at}.${name}`));
}

const documented = (): string[] => {
  const [, section = ''] = fs.readFileSync(path.join(repository, 'docs/DATA.md'), 'utf8').split('\n## As data\n');
  return [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)` \|/gm)].map(([, field = '']) => field);
};

test('has the fields that docs/DATA.md names, and no other', async () => {
  const project = projectCopy();
  const settings = (models: object, environment: string) =>
    fs.writeFileSync(
      path.join(project, 'configs/setup.local.yaml'),
      JSON.stringify({ models, environments: { local: { path: environment } } }),
    );
  const chat = (question: string, answer: string) =>
    JSON.stringify({
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    });
  fs.writeFileSync(
    path.join(project, 'data/processed/train.jsonl'),
    `${chat('Rain?', 'No.')}\n${chat('Rain?', 'x '.repeat(90))}\n{"messages": [],}\n{"a": 1}\n`,
  );
  const model = path.join(project, 'models/llama-3.1-8b');
  fs.mkdirSync(model, { recursive: true });
  const { tokenizer, config } = byteTokenizer();
  fs.writeFileSync(path.join(model, 'tokenizer.json'), JSON.stringify(tokenizer));
  fs.writeFileSync(path.join(model, 'tokenizer_config.json'), JSON.stringify(config));
  const check = async () => {
    const { stdout } = await runJust(project, ['data:check', '--json', '--set', 'training.arguments.max_seq_length=64'], {
      HF_HUB_OFFLINE: '1',
    });
    return fieldsIn(JSON.parse(stdout).steps[0].data, '');
  };
  settings({ 'mistral-7b': { enabled: true } }, 'no-environment');
  const without = await check();
  settings(
    { 'mistral-7b': { enabled: true } },
    path.dirname(path.dirname(pythonWith('datasketch==1.6.4', 'langdetect==1.0.9', 'numpy<2'))),
  );
  fs.appendFileSync(path.join(project, 'data/processed/train.jsonl'), `${chat('Snow?', 'No.')}\n`);
  assert.equal([...new Set([...without, ...(await check())])].sort(), documented().sort());
});

test.run();
