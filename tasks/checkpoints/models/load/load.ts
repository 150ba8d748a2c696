import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import { bytes, duration, plural } from '../../../common/format';
import type { Context } from '../../../engine/context';
import { scratchFolder } from '../../../engine/scratch';
import { offlineTrainingEnv } from '../../../environments/proof/training-env';
import { activated } from '../../../environments/python/interpreter/activated';
import { breakageIn } from '../../../knowledge/conflicts';
import { fieldsOf } from '../../../untrusted/json';
import { tryParsePython } from '../../../untrusted/python-json';
import { oneLine } from '../../../untrusted/text';
import { hasTokenizer, lacksTokenizer } from '../../folder/tokenizer-files';
import type { Expectation } from '../expected';
import { mostCommon } from '../facts';
import type { ScanResult } from '../fault';
import type { Subject } from '../subject';
import { oldLibraries, refuseOldLibraries } from '../versions';
import { type LoadEnvironment, loadEnvironment } from './environment';

/** What load.py writes when all went well. */
interface LoadResult {
  ok: true;
  transformers: string;
  torch: string;
  model: string;
  where: '4bit' | 'gpu' | 'cpu' | 'meta';
  dtype: string;
  gpu?: string;
  tokens?: number;
  chatTemplate?: boolean;
  generated?: number;
  text?: string | null;
  peakMemoryBytes: number | null;
  gpuPeakMemoryBytes?: number;
}

interface NotLoaded {
  ok: false;
  stage: string;
  error: string;
}

/** The float types of safetensors by torch's names. */
const torchTypes: Readonly<Record<string, string>> = { BF16: 'bfloat16', F16: 'float16', F32: 'float32' };

/** 16 GB from a slow disk take their time. */
const limitMs = 1_800_000;

/**
 * Loads a model whose files are right with the environment's own transformers, and generates a token.
 * @throws UserError E_MODEL_ENVIRONMENT, E_MODEL_VERSIONS, E_MODEL_LOAD
 */
export async function loadModel(context: Context, subject: Subject, expectation: Expectation, looked: ScanResult) {
  const environment = loadEnvironment(context);
  const config = tryParsePython(context.host.files.readText(path.join(subject.folder, 'config.json')));
  await refuseOldLibraries(context, subject, environment.versions);
  const result = await run(context, subject, environment, {
    folder: subject.folder,
    quantization: context.settings.training.quantization,
    tokenizer:
      hasTokenizer((name) => context.host.files.stat(path.join(subject.folder, name)) !== undefined) ||
      lacksTokenizer(context.host, subject.folder),
    weight_bytes: [...looked.headers.values()].reduce((sum, { dataBytes }) => sum + dataBytes, 0),
    dtype: torchTypes[mostCommon([...looked.headers.values()]) ?? ''],
    written: (config as { transformers_version?: string } | undefined)?.transformers_version,
    shards: expectation.expected.map((file) => file.path).filter((name) => looked.headers.has(name)),
  });
  const { ok: _, ...load } = result;
  const room = `the weights were not loaded: memory for ${bytes([...looked.headers.values()].reduce((sum, { dataBytes }) => sum + dataBytes, 0))} is not free`;
  return { text: sentence(result), data: { load }, warnings: result.where === 'meta' ? [room] : [] };
}

async function run(context: Context, subject: Subject, environment: LoadEnvironment, request: object): Promise<LoadResult> {
  const { host } = context;
  const scratch = await scratchFolder(host, 'load');
  const [input, output] = [path.join(scratch, 'request.json'), path.join(scratch, 'result.json')];
  try {
    host.files.writeText(input, JSON.stringify(request));
    const { exitCode, stderr, tail, timedOut } = await host.processes.run(
      environment.python,
      ['-B', path.join(__dirname, 'load.py'), input, output],
      {
        cwd: scratch,
        env: { ...activated(context.host, environment.prefix), ...offlineTrainingEnv(scratch) },
        timeoutMs: limitMs,
      },
    );
    const result = fieldsOf(host.files.readJson(output)) as LoadResult | NotLoaded | undefined;
    if (result?.ok) return result;
    const ended = timedOut ? `no end after ${duration(limitMs)}` : `Python ended with exit code ${exitCode}`;
    throw failure(subject, environment, result ?? { ok: false, stage: 'start', error: ended }, request, { tail, stderr });
  } finally {
    host.files.remove(scratch);
  }
}

function failure(
  subject: Subject,
  { versions }: LoadEnvironment,
  { stage, error }: NotLoaded,
  request: object,
  { tail, stderr }: { tail: string; stderr: string },
): UserError {
  const { folder, remedy } = subject;
  const there = versions.get('transformers');
  if (/does not recognize this architecture|KeyError: '\w+'$/.test(error) && stage === 'config') {
    const written = (request as { written?: string }).written;
    return oldLibraries(subject, `transformers ${there}, ${written ? `${written} or newer needed` : 'a newer one is needed'}`);
  }
  const torch = /PyTorch >= ([\d.]+) is required/.exec(stderr)?.[1];
  if (torch) return oldLibraries(subject, `torch ${versions.get('torch')}, ${torch} or newer needed by transformers ${there}`);
  if (stage === 'compare')
    return new UserError({
      code: 'E_MODEL_READ',
      found: `transformers ${there} reads \`${folder}\` in another way than its files say: ${oneLine(error.replace(/^.*?files say: /, ''), 500)}`,
      needed: 'a library that loads what the files say',
      fix: `\`npx just model:verify ${subject.asked} --fix-config\` writes the missing keys of older versions; otherwise use a newer transformers`,
    });
  const breakage = breakageIn(error);
  return new UserError({
    code: breakage?.code ?? 'E_MODEL_LOAD',
    found: `transformers ${there} cannot load \`${folder}\` (${stage}): ${breakage ? `${breakage.means}; ` : ''}${oneLine(error, 500)}`,
    needed: 'a model that the environment loads',
    tail,
    fix: breakage?.cure.startsWith('--')
      ? `\`npx just model:verify ${subject.asked} ${breakage.cure}\``
      : breakage?.cure.startsWith('remote.')
        ? `\`npx just env:remote --set ${breakage.cure}\``
        : `\`${remedy.repair}\` makes sure of the files; \`npx just env:remote --force\` of the environment`,
  });
}

function sentence({
  where,
  gpu,
  dtype,
  transformers,
  tokens,
  chatTemplate,
  generated,
  text,
  peakMemoryBytes,
  gpuPeakMemoryBytes,
}: LoadResult): string {
  const place = { '4bit': `in 4 bits on ${gpu}`, gpu: `in ${dtype} on ${gpu}`, cpu: `in ${dtype} on the CPU`, meta: 'on the meta device' }[
    where
  ];
  const parts = [`loaded by transformers ${transformers} ${place}`];
  if (tokens !== undefined) parts.push(`${chatTemplate ? 'chat template' : 'text'} of ${plural(tokens, 'token')}`);
  if (generated !== undefined) parts.push(`generated token ${generated}${text ? ` ${JSON.stringify(text)}` : ''}`);
  if (peakMemoryBytes) parts.push(`${bytes(peakMemoryBytes)} of memory at most`);
  if (gpuPeakMemoryBytes) parts.push(`${bytes(gpuPeakMemoryBytes)} of the GPU's`);
  return parts.join(', ');
}
