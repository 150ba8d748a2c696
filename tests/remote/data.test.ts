import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FormKind, formKinds } from '../../tasks/data/form/kinds';
import { lengthPlan } from '../../tasks/data/length/length-plan';
import { Measure } from '../../tasks/data/length/measure';
import { lookAtData } from '../../tasks/data/look-at-data';
import { rendererOf } from '../../tasks/data/template/render';
import { thisHost } from '../../tasks/platform';
import { conversations, renderedByPython } from '../data/conversations';
import { dataFile } from '../data/examine';
import { formCases } from '../data/form-cases';
import { splitCases } from '../data/split-cases';
import { lenient, strict } from '../data/templates';
import { contextWith } from '../support/context';
import { repository, temporaryFolder } from '../support/project';
import { pythonWith } from '../support/python';

const test = suite('what is said of data, asked of the real libraries');

/** datasets of both profiles, with what its lock has beside it. */
const libraries = ['datasets==2.15.0', 'pyarrow==14.0.2', 'pandas==2.1.3', 'numpy<2', 'huggingface_hub<0.26'];

/** Kinds that json of Python refuses, by lines, in a file of rows. */
const refusedByJson: readonly FormKind[] = [
  'not-utf8',
  'utf-16',
  'mark',
  'not-json',
  'trailing-comma',
  'quotes',
  'comment',
  'control',
  'unterminated',
  'several-lines',
  'more-behind',
];

test('datasets 2.15.0 and json take what is said to be right, and refuse what is said to be refused', () => {
  const folder = temporaryFolder();
  const names = new Map(formCases.map(({ name }, index) => [`${String(index).padStart(3, '0')}.jsonl`, name]));
  for (const [index, { text }] of formCases.entries()) fs.writeFileSync(path.join(folder, `${String(index).padStart(3, '0')}.jsonl`), text);
  const python = pythonWith(...libraries);
  const env = { ...process.env, HF_HOME: temporaryFolder(), HF_DATASETS_OFFLINE: '1' };
  const script = path.join(repository, 'tests/remote/data-readers.py');
  const said = JSON.parse(
    execFileSync(python, [script, folder], { env, maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
  );
  const wrong: string[] = [];
  for (const [index, { name, kinds, loads, text }] of formCases.entries()) {
    const { loads: real, causes, lines, features } = said[`${String(index).padStart(3, '0')}.jsonl`];
    if (real !== loads) wrong.push(`${name}: ${real ? features : causes}`);
    const isArray = Buffer.from(text as string)
      .toString()
      .startsWith('[');
    const refused = kinds.some((kind) => refusedByJson.includes(kind as FormKind));
    if (!isArray && (lines === true) === refused) wrong.push(`${name}: json says ${lines}`);
    if (kinds.includes('dates') && !features.includes('timestamp') && !name.includes('far')) wrong.push(`${name}: ${features}`);
    // What is called an error, some reader refuses or reads otherwise.
    if (
      loads &&
      lines === true &&
      kinds.some((kind) => formKinds[kind as FormKind].level === 'error') &&
      !kinds.includes('dates') &&
      kinds[0] !== 'no-columns'
    )
      wrong.push(`${name}: nobody refuses it`);
  }
  assert.equal(names.size, formCases.length);
  assert.equal(wrong, []);
});

/** The splits that datasets gives the one file of a folder. */
const splitsOf = `
import json, sys
from datasets.data_files import DataFilesDict, get_data_patterns
found = {}
for folder in json.load(sys.stdin):
    patterns = get_data_patterns(folder)
    found[folder] = [str(split) for split, files in DataFilesDict.from_patterns(patterns, base_path=folder).items() if files]
print(json.dumps(found))
`;

test('a file is for what datasets 2.15.0 takes it for, by its name and its folders', () => {
  const folders = splitCases.map(([name]) => {
    const folder = temporaryFolder();
    fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), '{"text": "one"}\n');
    return folder;
  });
  const options = { input: JSON.stringify(folders), env: { ...process.env, HF_HOME: temporaryFolder(), HF_DATASETS_OFFLINE: '1' } };
  const said = JSON.parse(execFileSync(pythonWith(...libraries), ['-c', splitsOf], { ...options, stdio: 'pipe' }).toString());
  // One with two words is in both splits there.
  for (const [index, [name, split]] of splitCases.entries()) {
    const theirs: string[] = said[folders[index] as string];
    assert.ok(theirs.includes(split), `${name}: ${theirs}`);
    if (index < splitCases.length - 4) assert.equal(theirs, [split], name);
  }
});

/** Writes chats as datasets 5 and Polars do; the second name of datasets is the cure of docs/DATA.md. */
const byDatasets5 = `
import sys, datasets, pyarrow.parquet as pq
rows = [{"messages": [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "No."}]}] * 20
datasets.Dataset.from_list(rows).to_parquet(sys.argv[1] + "/datasets 5.parquet")
pq.write_table(pq.read_table(sys.argv[1] + "/datasets 5.parquet").replace_schema_metadata(None), sys.argv[1] + "/cured.parquet")
datasets.Dataset.from_list([{"prompt": "Rain?", "completion": "No."}] * 20).to_parquet(sys.argv[1] + "/pairs of datasets 5.parquet")
`;
const byPolars = `
import sys, polars
rows = [[{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "No."}]] * 20
polars.DataFrame({"messages": rows}).write_parquet(sys.argv[1] + "/polars.parquet")
polars.DataFrame({"text": ["a", "b"] * 20}).write_parquet(sys.argv[1] + "/texts of polars.parquet")
`;

test('datasets 2.15.0 takes the tables that nothing is said of, and raises for those that it is said to refuse', async () => {
  const folder = temporaryFolder();
  const write = (python: string, ...args: string[]) =>
    execFileSync(python, args, { stdio: ['ignore', 'ignore', 'ignore'], env: { ...process.env, HF_HOME: folder } });
  write(pythonWith(...libraries), path.join(repository, 'tests/data/tables.py'), folder);
  write(pythonWith('datasets==5.2.0'), '-c', byDatasets5, folder);
  write(pythonWith('polars==2.0.0'), '-c', byPolars, folder);
  fs.writeFileSync(path.join(folder, 'cut.parquet'), fs.readFileSync(path.join(folder, 'one group.parquet')).subarray(0, 5000));
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.parquet'));
  const env = { ...process.env, HF_HOME: temporaryFolder(), HF_DATASETS_OFFLINE: '1' };
  const script = path.join(repository, 'tests/remote/data-readers.py');
  const tables = temporaryFolder();
  for (const name of names) fs.copyFileSync(path.join(folder, name), path.join(tables, name));
  const said = JSON.parse(
    execFileSync(pythonWith(...libraries), [script, tables], { env, maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
  );
  const reports = await lookAtData(
    { host: thisHost() },
    names.map((name) => dataFile(path.join(tables, name))),
    { templates: [] },
    () => undefined,
  );
  const refused = new Map(
    reports.map(({ file, tallies }) => [file.name, ['broken-parquet', 'newer-features', 'foreign-type'].filter((kind) => tallies[kind])]),
  );
  for (const name of names)
    assert.is(said[name].loads, refused.get(name)?.length === 0, `${name}: ${refused.get(name)}, ${said[name].causes}`);
  const causes = (name: string) => [refused.get(name)?.[0], said[name].causes.at(0).split(':')[0]];
  assert.equal(causes('datasets 5.parquet'), ['newer-features', 'TypeError']);
  assert.match(said['datasets 5.parquet'].causes[0], 'must be called with a dataclass type or instance');
  assert.equal(causes('polars.parquet'), ['foreign-type', 'ValueError']);
  assert.equal(causes('categories.parquet'), ['foreign-type', 'NotImplementedError']);
  assert.ok(names.length > 28 && said['cured.parquet'].rows === 20);
});

test('lengths are those of transformers 4.45.2: chats by the template, and a BOS before a text where that tokenizer writes one', () => {
  const folder = temporaryFolder();
  const corpus = ['docs/DATA.md', 'docs/GPU.md'].map((file) => fs.readFileSync(path.join(repository, file), 'utf8'));
  execFileSync(pythonWith('tokenizers==0.20.3'), [path.join(repository, 'tests/data/count-tokens.py'), folder], {
    input: JSON.stringify({ corpus, texts: [] }),
  });
  const read = (name: string) => JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  const bos = (name: string, id: number) => ({
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: name, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [name]: { id: name, ids: [id], tokens: [name] } },
  });
  const bytes = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true };
  const llama3 = { ...read('llama'), post_processor: { type: 'Sequence', processors: [bytes, bos('<|begin_of_text|>', 0)] } };
  const kinds: [tokenizer: object, template: typeof strict, config: object][] = [
    [llama3, lenient, { tokenizer_class: 'PreTrainedTokenizerFast' }],
    [llama3, lenient, { tokenizer_class: 'PreTrainedTokenizerFast', add_bos_token: false }],
    [read('llama'), lenient, { tokenizer_class: 'PreTrainedTokenizerFast' }],
    [read('metaspace'), strict, { tokenizer_class: 'LlamaTokenizerFast', legacy: false }],
    [read('metaspace'), strict, { tokenizer_class: 'LlamaTokenizerFast', legacy: false, add_bos_token: false }],
  ];
  const models = Object.fromEntries(kinds.map((_, index) => [`kind-${index}`, { repo: `org/kind-${index}` }]));
  const off = { 'llama-3.1-8b': { enabled: false }, 'mistral-7b': { enabled: false } };
  const context = contextWith({ models: { ...off, ...models } });
  const folders = kinds.map(([tokenizer, { text, bos, eos }, config], index) => {
    const model = path.join(context.root, 'models', `kind-${index}`);
    fs.mkdirSync(model, { recursive: true });
    fs.writeFileSync(path.join(model, 'tokenizer.json'), JSON.stringify(tokenizer));
    const all = { chat_template: text, bos_token: bos, eos_token: eos, unk_token: '<unk>', ...config };
    fs.writeFileSync(path.join(model, 'tokenizer_config.json'), JSON.stringify(all));
    return model;
  });
  const parts = corpus.flatMap((text) =>
    Array.from({ length: 20 }, (_, at) => text.slice(at * 137, at * 137 + ((at * 97) % 900) + 5).trim()),
  );
  const chats = parts.slice(1).map((part, index) => [
    { role: 'user', content: parts[index] as string },
    { role: 'assistant', content: part },
  ]);
  const env = { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: folder };
  const said: { class: string; chats: number[]; texts: number[] }[] = JSON.parse(
    execFileSync(
      pythonWith('transformers==4.45.2', 'tokenizers==0.20.3', 'jinja2==3.1.6', 'numpy<2', 'huggingface_hub<0.26'),
      [path.join(repository, 'tests/remote/lengths.py')],
      {
        env,
        input: JSON.stringify({ folders, chats, texts: parts }),
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    ).toString(),
  );
  const measure = new Measure({ ...lengthPlan(context), limit: 1e9 });
  for (const messages of chats) measure.add({ shape: 'messages', isChat: true, messages });
  const ofChats = measure.take().map(({ lengths }) => [...lengths]);
  for (const content of parts) measure.add({ shape: 'text', isChat: false, messages: [{ role: 'assistant', content }] });
  // The token that ends a text is the training's, not the tokenizer's.
  const ofTexts = measure.take().map(({ lengths }) => [...lengths].map((length) => length - 1));
  for (const [index, each] of said.entries())
    assert.equal([ofChats[index], ofTexts[index]], [each.chats, each.texts], `${index}: ${each.class}`);
  // A BOS is written by the first two, whatever the settings say, and by the fourth, not by the fifth.
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = said.map(({ texts }) => texts[0] ?? 0);
  assert.equal([second - first, third - first, fifth - fourth], [0, -1, -1]);
});

test('the templates of the models that people train do in Node what they do in Python', () => {
  // The last trl that Python 3.10 takes.
  const python = pythonWith('--no-deps', 'trl==1.14.2');
  const site = execFileSync(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']).toString().trim();
  // Llama 3.2's writes the day, where the renderer tells it; Qwen 3's calls `lstrip(newline)`, which our renderer takes for `lstrip()`.
  const templates = ['llama3', 'llama3_1', 'qwen2_5', 'gemma', 'gemma3', 'phi3'].map((model) => {
    const text = fs.readFileSync(path.join(site, `trl/chat_templates/${model}.jinja`), 'utf8');
    return { model, text, bos: '<|begin_of_text|>', eos: '<|eot_id|>', pad: undefined, files: [] };
  });
  const expected = renderedByPython(templates);
  const ours = templates.flatMap((template) => conversations.map(rendererOf(template)));
  for (const [index, said] of expected.entries())
    assert.equal(ours[index], said, `${templates[Math.floor(index / conversations.length)]?.model}: ${index % conversations.length}`);
});

test.run();
