import * as path from 'node:path';
import { bytes, plural } from '../../common/format';
import type { Table } from '../../engine/step';
import type { Host } from '../../platform';
import { fieldsOf } from '../../untrusted/json';
import type { Header, Tensor } from '../safetensors/header';
import type { Expectation } from './expected';
import type { ScanResult } from './fault';
import type { FileReport } from './problems';

/** What a person wants to know of a model; `null` where the folder does not tell. */
export interface ModelFacts {
  /** Bytes of all files that belong to it and are there. */
  size: number;
  architecture: string | null;
  parameters: number | null;
  /** The type that most bytes of the weights have, as safetensors calls it. */
  dtype: string | null;
  shards: number;
  licence: string | null;
  /** The commit. */
  revision: string | null;
}

export function factsOf(host: Host, folder: string, { tree, expected }: Expectation, { headers, sizes, faults }: ScanResult): ModelFacts {
  const config = faults.has('config.json') ? undefined : fieldsOf(host.files.readJson(path.join(folder, 'config.json')));
  const [architecture] = Array.isArray(config?.architectures) ? config.architectures : [config?.model_type];
  return {
    size: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    architecture: typeof architecture === 'string' ? architecture : null,
    parameters: headers.size > 0 ? elementsOf([...headers.values()]) : null,
    dtype: mostCommon([...headers.values()]),
    shards: expected.filter((file) => file.path.endsWith('.safetensors')).length,
    licence: licenceOf(host.files.readText(path.join(folder, 'README.md'))),
    revision: tree?.commit ?? null,
  };
}

/** The facts in one line, those that are known. */
export function factsText({ size, architecture, parameters, dtype, shards, licence, revision }: ModelFacts): string {
  const parts = [
    architecture,
    bytes(size),
    parameters === null ? null : `${count(parameters)} parameters`,
    dtype,
    shards > 0 ? plural(shards, 'shard') : null,
    licence ? `licence ${licence}` : null,
    revision ? `at ${revision.slice(0, 12)}` : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

const count = (value: number): string =>
  value >= 1e9 ? `${(value / 1e9).toFixed(2)} B` : value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : String(value);

const tensorsOf = (headers: readonly Header[]): Tensor[] => headers.flatMap(({ tensors }) => [...tensors.values()]);

/** Elements of all tensors. */
export const elementsOf = (headers: readonly Header[]): number =>
  tensorsOf(headers).reduce((sum, { shape }) => sum + shape.reduce((product, dimension) => product * dimension, 1), 0);

/** The type that most bytes have. */
export function mostCommon(headers: readonly Header[]): string | null {
  const weight = new Map<string, number>();
  for (const { dtype, sizeBytes } of tensorsOf(headers)) weight.set(dtype, (weight.get(dtype) ?? 0) + sizeBytes);
  return [...weight].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** The files that are not right, for a person. */
export const factsTable = (files: readonly FileReport[]): Table => [
  ['file', 'problem', 'found', 'fix'],
  ...files.map(({ path: name, problem = '', message = '', fix = '' }) => [name, problem, message, fix]),
];

/** `license:` in the front matter of a model card; of `other` the name that stands beside it. */
function licenceOf(card: string | undefined): string | null {
  const front = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(card ?? '')?.[1] ?? '';
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*["']?([^"'\\r\\n#]+)`, 'm').exec(front)?.[1]?.trim();
  const licence = field('license');
  return (licence === 'other' ? field('license_name') : undefined) ?? licence ?? null;
}
