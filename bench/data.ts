import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { lenient } from '../tests/data/templates';
import { cleanEnvironment, projectCopy, repository, temporaryFolder } from '../tests/support/project';
import { pythonWith } from '../tests/support/python';
import type { Benchmark } from './support/benchmark';
import { median, seconds } from './support/measure';

/** Megabytes of chats, and of those that memory is measured by: `BENCH_MB=150,1500 npm run bench -- data`. */
const [megabytes = 40, manyMegabytes = 400] = (process.env['BENCH_MB'] ?? '').split(',').filter(Boolean).map(Number);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const just = path.join(repository, 'node_modules/just-task/bin/just.js');

/** Numbers that look random and are the same in each run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The documents of this repository. */
const corpus = (): string[] =>
  fs
    .readdirSync(path.join(repository, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => fs.readFileSync(path.join(repository, 'docs', name), 'utf8'));

/** Chats of parts of the documents: the middle one has 1.2 kB, one in twenty more than 8 kB. */
function writeChats(file: string, bytes: number, text: string): number {
  const random = numbers(1);
  const handle = fs.openSync(file, 'w');
  let [rows, written] = [0, 0];
  const part = (length: number) => {
    const at = Math.floor(random() * (text.length - length));
    return text.slice(at, at + length);
  };
  while (written < bytes) {
    const lines = Array.from({ length: 1000 }, () => {
      const length = random() < 0.05 ? 8000 + random() * 6000 : 300 + random() * 1800;
      const messages = [
        { role: 'user', content: `${rows++} ${part(Math.floor(length / 3))}` },
        { role: 'assistant', content: part(Math.floor((2 * length) / 3)) },
      ];
      return `${JSON.stringify({ messages })}\n`;
    });
    written += fs.writeSync(handle, lines.join(''));
  }
  fs.closeSync(handle);
  return rows;
}

interface Usage {
  peakBytes: number;
  ms: number;
}

/** A look at all rows, in the step's own time, and the most memory that its largest process took. */
function look(python: string, project: string): Usage {
  const document = path.join(project, 'look.json');
  const command = [process.execPath, just, 'data:check', '--force', '--json'];
  const args = [path.join(repository, 'bench/peers/usage.py'), 'sh', '-c', `"$@" > "${document}" || true`, 'sh', ...command];
  const used = execFileSync(python, args, {
    cwd: project,
    env: cleanEnvironment({ HF_HUB_OFFLINE: '1' }),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const text = fs.readFileSync(document, 'utf8');
  const [step] = JSON.parse(text).steps ?? [];
  if (!step?.data?.files) throw new Error(text);
  return { peakBytes: JSON.parse(used.toString()).peakBytes, ms: step.durationMs };
}

export const benchmark: Benchmark = {
  title: 'Looking at training data',
  about: `\`data:check --force\` of ${megabytes} MB of chats made of parts of this repository's documents: the step's own \`durationMs\`. The peers: \`datasets.load_dataset("json")\` (2.15.0) with a \`map\` that makes the same checks (bench/peers/data-checks.py), \`encode_batch\` of tokenizers 0.20.3 on all cores, with a tokenizer as Llama 3.1's that is trained on the documents, and datasketch 1.6.4 as its manual shows it, over all rows (bench/peers/data-near.py); ours is what near duplicates and languages take besides, of 20,000 rows at most. Memory is that of the largest process, with ${megabytes} and with ${manyMegabytes} MB; the Parquet file is one row group, as pandas writes it. \`BENCH_MB\` is the sizes.`,
  async run() {
    const folder = temporaryFolder('bench-data');
    const project = projectCopy(path.join(folder, 'project'));
    const file = path.join(project, 'data/processed/train.jsonl');
    const documents = corpus();
    writeChats(file, megabytes * 1e6, documents.join('\n'));
    const tokenizers = pythonWith('tokenizers==0.20.3');
    const datasets = pythonWith('datasets==2.15.0', 'pyarrow==14.0.2', 'pandas==2.1.3', 'numpy<2', 'huggingface_hub<0.26');
    const near = pythonWith('datasketch==1.6.4', 'langdetect==1.0.9', 'numpy<2');
    execFileSync(tokenizers, [path.join(repository, 'tests/data/count-tokens.py'), folder], {
      input: JSON.stringify({ corpus: documents, texts: [] }),
    });
    const settings = (models: object, more: object = {}) =>
      fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), JSON.stringify({ models, ...more }));
    const off = { 'llama-3.1-8b': { enabled: false }, 'mistral-7b': { enabled: false } };
    const model = path.join(project, 'models/tiny');
    fs.mkdirSync(model, { recursive: true });
    fs.copyFileSync(path.join(folder, 'llama.json'), path.join(model, 'tokenizer.json'));
    fs.writeFileSync(
      path.join(model, 'tokenizer_config.json'),
      JSON.stringify({ chat_template: lenient.text, bos_token: lenient.bos, eos_token: lenient.eos }),
    );
    const env = { ...process.env, HF_HOME: folder, HF_DATASETS_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'true' } as Record<string, string>;
    const peer = (python: string, name: string, ...more: string[]) =>
      seconds({ command: python, args: [path.join(repository, `bench/peers/${name}.py`), file, ...more], env });
    const times: Record<'form' | 'map' | 'lengths' | 'encode' | 'near' | 'sketch', number[]> = {
      form: [],
      map: [],
      lengths: [],
      encode: [],
      near: [],
      sketch: [],
    };
    let counted = 0;
    const counting = { ...off, tiny: { repo: 'bench/tiny', enabled: true } };
    for (let round = 0; round < rounds; round++) {
      settings(off);
      const form = look(tokenizers, project);
      times.form.push(form.ms / 1000);
      times.map.push(await peer(datasets, 'data-checks'));
      settings(off, { environments: { local: { path: path.dirname(path.dirname(near)) } } });
      times.near.push(look(tokenizers, project).ms / 1000 - form.ms / 1000);
      times.sketch.push(await peer(near, 'data-near'));
      settings(counting);
      const lengths = look(tokenizers, project);
      times.lengths.push(lengths.ms / 1000);
      times.encode.push(await peer(tokenizers, 'data-lengths', path.join(folder, 'llama.json')));
      counted = Math.max(counted, lengths.peakBytes);
    }
    // The same again, ten times as much.
    writeChats(file, manyMegabytes * 1e6, documents.join('\n'));
    const many = look(tokenizers, project);
    execFileSync(datasets, [path.join(repository, 'bench/peers/to-parquet.py'), file, path.join(path.dirname(file), 'train.parquet')]);
    fs.rmSync(file);
    const table = look(tokenizers, project);
    const [form, map, lengths, encode, nearTime, sketch] = Object.values(times).map(median) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const s = (value: number) => `${value.toFixed(1)} s`;
    const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
    return [
      { what: 'form and meaning', ours: s(form), peer: `datasets and a map ${s(map)}`, ratio: form / map, goal: 0.2 },
      {
        what: 'with the length of every example',
        ours: s(lengths),
        peer: `tokenizers on all cores ${s(encode)}`,
        ratio: lengths / encode,
        goal: 0.4,
      },
      {
        what: 'near duplicates and languages',
        ours: s(nearTime),
        peer: `datasketch on all rows ${s(sketch)}`,
        ratio: nearTime / sketch,
        goal: 1,
      },
      { what: `memory at its peak, ${megabytes} MB`, ours: mb(counted), peer: '400 MB', ratio: counted / 400e6, goal: 1 },
      {
        what: `memory, ${manyMegabytes} MB in ${s(many.ms / 1000)}`,
        ours: mb(many.peakBytes),
        peer: '400 MB',
        ratio: many.peakBytes / 400e6,
        goal: 1,
      },
      {
        what: `memory, the same as Parquet in ${s(table.ms / 1000)}`,
        ours: mb(table.peakBytes),
        peer: '400 MB',
        ratio: table.peakBytes / 400e6,
        goal: 1,
        why: 'how much V8 lets lie before it collects differs from run to run.',
      },
    ];
  },
};
