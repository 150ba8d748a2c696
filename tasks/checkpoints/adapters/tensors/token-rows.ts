import { some } from '../../../common/format';
import type { Header } from '../../safetensors/header';
import type { BaseModules } from '../base/base-modules';
import type { AdapterConfig } from '../config';
import { type AdapterFindings, noFindings } from '../fault';
import { readTensorName } from './tensor-names';

/** Rows of one embedding that are trained by themselves. */
interface Rows {
  module: string;
  shape: readonly number[];
}

/** Holds `trainable_token_indices` against the rows that the adapter has, and against the base's embedding. */
export function tokenFindings(config: AdapterConfig, { tensors }: Header, base: BaseModules | undefined): AdapterFindings {
  const findings = noFindings();
  const rows: Rows[] = [...tensors].flatMap(([name, { shape }]) => {
    const read = readTensorName(name);
    return read.kind === 'tokens' ? [{ module: read.module, shape }] : [];
  });
  const named = [...config.tokens];
  // A list is for the embedding, under whatever name the model has it.
  const isOf = (module: string, name: string) => name === '' || module.endsWith(name);
  const strangers = rows.filter(({ module }) => !named.some(([name]) => isOf(module, name)));
  if (strangers.length > 0)
    findings.weights.push({
      problem: 'adapter-target',
      message: `holds rows of ${some(strangers.map(({ module }) => `\`${module}\``))}, which \`trainable_token_indices\` does not name: PEFT leaves them out`,
    });
  for (const [name, indices] of named) {
    const own = rows.filter(({ module }) => isOf(module, name));
    const wanted = base && !base.isRenamed ? modulesOf(name, base) : undefined;
    if (wanted?.length === 0)
      findings.config.push({
        problem: 'adapter-target',
        message: `names \`${name}\` in \`trainable_token_indices\`, which no module of the base model matches`,
      });
    else if (own.length === 0 && !isTiedHead(wanted, rows, base))
      findings.weights.push({
        problem: 'adapter-target',
        message: `lacks the rows of \`${wanted?.[0] ?? (name || 'the embedding')}\` that \`trainable_token_indices\` names`,
      });
    for (const { module, shape } of own) shapeFinding(module, shape, indices, base, findings);
    rangeFinding(wanted?.[0], indices, base, findings);
  }
  return findings;
}

const modulesOf = (name: string, { modules, embedding }: BaseModules): string[] =>
  name === '' ? (embedding === undefined ? [] : [embedding]) : [...modules.keys()].filter((module) => module.endsWith(name));

/** Since 0.20 a head that shares the embedding's weights has its rows from there. */
function isTiedHead(wanted: readonly string[] | undefined, rows: readonly Rows[], base: BaseModules | undefined): boolean {
  if (!base?.isTied || wanted?.join() !== 'lm_head') return false;
  return rows.some(({ module }) => module === base.embedding);
}

function shapeFinding(
  module: string,
  shape: readonly number[],
  indices: readonly number[],
  base: BaseModules | undefined,
  { weights }: AdapterFindings,
): void {
  const columns = base?.modules.get(base.resolve(module) ?? '')?.shape?.[1];
  if (shape[0] !== indices.length)
    weights.push({
      problem: 'adapter-shape',
      message: `holds ${shape[0]} rows of \`${module}\`, \`trainable_token_indices\` names ${indices.length}`,
    });
  else if (columns !== undefined && shape[1] !== columns)
    weights.push({
      problem: 'adapter-shape',
      message: `holds rows of \`${module}\` of ${shape[1]} values, the base model's have ${columns}`,
    });
}

function rangeFinding(
  module: string | undefined,
  indices: readonly number[],
  base: BaseModules | undefined,
  { config }: AdapterFindings,
): void {
  const rows = module === undefined ? undefined : base?.modules.get(module)?.shape?.[0];
  const beyond = rows === undefined ? [] : indices.filter((index) => index >= rows);
  if (beyond.length > 0)
    config.push({
      problem: 'adapter-vocabulary',
      message: `has ${some(beyond.map(String), 2)} in \`trainable_token_indices\`, and \`${module}\` of the base model has ${rows} rows: PEFT ends in an IndexError`,
      fix: '`model.resize_token_embeddings(ROWS)` before `PeftModel.from_pretrained`, as before the training; or `--model` of the base with that vocabulary',
    });
}
