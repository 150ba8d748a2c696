import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cleanEnvironment, type Ended, projectCopy, runJust, startJust, temporaryFolder } from '../support/project';
import type { Hub } from './server';

/** Bytes that are the same in each run and compress as badly as weights do. */
export function noise(size: number, seed: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at + 4 <= size; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    buffer.writeUInt32LE(state, at);
  }
  for (let at = size - (size % 4); at < size; at++) buffer[at] = seed & 255;
  return buffer;
}

/** A model with shards of these sizes, its index, and what a repository has beside them. */
export function modelFiles(...sizes: readonly number[]): Record<string, string | Buffer> {
  const names = sizes.map((_, index) => `model-0000${index + 1}-of-0000${sizes.length}.safetensors`);
  return {
    '.gitattributes': '*.safetensors filter=lfs diff=lfs merge=lfs -text\n',
    'README.md': '---\nlicense: mit\n---\n',
    'config.json': '{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}\n',
    'generation_config.json': '{}\n',
    'tokenizer.json': `{"version": "1.0", "filler": "${'x'.repeat(100_000)}"}`,
    'model.safetensors.index.json': JSON.stringify({
      metadata: {},
      weight_map: Object.fromEntries(names.map((name, index) => [`layer.${index}`, name])),
    }),
    ...Object.fromEntries(names.map((name, index) => [name, noise(sizes[index] ?? 0, index + 1)])),
  };
}

/** What a model must not fetch. */
export const otherFormats = {
  'original/consolidated.00.pth': 'x'.repeat(1000),
  'original/params.json': '{}',
  'consolidated.safetensors': 'y'.repeat(1000),
  'pytorch_model.bin': 'z'.repeat(1000),
};

export interface Place {
  project: string;
  folder: string;
  env: Record<string, string | undefined>;
  run(...args: string[]): Promise<Ended>;
  json(...args: string[]): Promise<{ exitCode: number | null; outcome: string; step: Record<string, unknown>; text: string }>;
  start(...args: string[]): ReturnType<typeof startJust>;
}

/** A project that downloads `org/tiny` from this Hub, with a home of its own. */
export function placeFor(hub: Hub, env: Record<string, string | undefined> = {}, model = 'org/tiny'): Place {
  const home = temporaryFolder();
  const project = projectCopy(path.join(home, 'project'));
  const all = {
    HOME: home,
    HF_ENDPOINT: hub.url,
    HF_TOKEN: undefined,
    HUGGING_FACE_HUB_TOKEN: undefined,
    HF_HOME: undefined,
    CONDA_PREFIX: undefined,
    VIRTUAL_ENV: undefined,
    ...env,
  };
  const argumentsOf = (args: readonly string[]) => ['model:download', `--model=${model}`, ...args];
  return {
    project,
    folder: path.join(project, 'models', model.split('/').at(-1) ?? ''),
    env: all,
    run: (...args) => runJust(project, argumentsOf(args), all),
    start: (...args) => startJust(project, argumentsOf(args), all),
    async json(...args) {
      const { exitCode, stdout, stderr } = await runJust(project, [...argumentsOf(args), '--json'], all);
      const { outcome, steps } = JSON.parse(stdout || '{"steps": []}');
      return { exitCode, outcome, step: steps[0] ?? {}, text: stdout + stderr };
    },
  };
}

/** Every file of a folder outside of `.cache`, with its SHA-256. */
export function contentOf(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('.cache'));
  return Object.fromEntries(
    names
      .filter((name) => fs.statSync(path.join(folder, name)).isFile())
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(fs.readFileSync(path.join(folder, name)))
          .digest('hex'),
      ]),
  );
}

/** The same of files in memory. */
export const contentFor = (files: Readonly<Record<string, string | Buffer>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]),
  );

/** What lies in `.cache` and is no record: partial files, journals, files set aside. */
export function leftoversOf(folder: string): string[] {
  const cache = path.join(folder, '.cache');
  if (!fs.existsSync(cache)) return [];
  return fs
    .readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter((name) => /partial|incomplete|\.ranges|wrong\/|replaced\//.test(name));
}

/** The environment of hf against this Hub. */
export const hfEnvironment = (hub: Hub, home: string, more: Record<string, string> = {}): Record<string, string> =>
  cleanEnvironment({
    HOME: home,
    HF_ENDPOINT: hub.url,
    HF_HUB_DISABLE_XET: '1',
    HF_HUB_DISABLE_UPDATE_CHECK: '1',
    HF_HOME: undefined,
    HF_TOKEN: undefined,
    ...more,
  });
