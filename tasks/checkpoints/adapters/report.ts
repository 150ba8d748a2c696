import * as path from 'node:path';
import { bytes } from '../../common/format';
import type { Context } from '../../engine/context';
import { elementsOf, mostCommon } from '../models/facts';
import type { FileReport } from '../models/problems';
import type { AdapterReport } from './check';
import type { AdapterFault, AdapterFindings } from './fault';
import { configName, weightsName } from './files';
import { misnamedWeights } from './misnamed';

/** What `--json` says of an adapter, beside its files. */
export function reportData({ settings, header, base }: AdapterReport) {
  const headers = header ? [header] : [];
  return {
    size: header?.dataBytes ?? 0,
    architecture: base?.architecture ?? null,
    parameters: header ? elementsOf(headers) : null,
    dtype: mostCommon(headers),
    shards: headers.length,
    licence: null,
    revision: settings?.revision ?? null,
    base: settings?.base ?? null,
    method: settings?.method ?? null,
    rank: settings?.rank ?? null,
    alpha: settings?.alpha ?? null,
    targets: settings?.targets ?? null,
  };
}

/** The same in one line. */
export function reportText(report: AdapterReport): string {
  const { method, base, size, rank, alpha, dtype, parameters } = reportData(report);
  const parts = [
    method ?? 'no adapter',
    base ? `for \`${base}\`` : null,
    bytes(size),
    rank ? `rank ${rank}` : null,
    alpha ? `alpha ${alpha}` : null,
    dtype,
    parameters === null ? null : `${parameters} parameters`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** The two files of an adapter, and a pickle in their place; right where each `state` is `ok` or `extra`. */
export function fileReports(context: Context, folder: string, { config, weights }: AdapterFindings): FileReport[] {
  const { host } = context;
  const files = [[configName, config] as const, [weightsName, weights] as const].map(([name, [fault]]): FileReport => {
    if (!fault) return { path: name, state: 'ok' };
    return { path: name, state: fault.problem === 'missing' ? 'missing' : 'bad', fix: usualFix(fault.problem), ...fault };
  });
  const other = weights[0]?.problem === 'missing' ? misnamedWeights(context, folder) : undefined;
  if (other) Object.assign(files[1] ?? {}, other);
  const pickle = 'adapter_model.bin';
  if (!host.files.stat(path.join(folder, pickle))) return files;
  const instead = weights[0]?.problem === 'missing';
  const message = instead
    ? 'is a pickle where safetensors are expected; it was not loaded'
    : 'is a pickle beside the safetensors; it was not loaded';
  return [
    ...files,
    {
      path: pickle,
      state: instead ? 'bad' : 'extra',
      problem: instead ? 'pickle' : 'extra-pickle',
      message,
      fix: instead ? 'save it again with `save_pretrained(..., safe_serialization=True)`' : 'nothing loads it',
    },
  ];
}

const anew = '`npx just sync:pull` brings the adapter anew from the machine that trained it';

/** What helps where the look that found it says nothing. */
function usualFix(problem: AdapterFault['problem']): string {
  if (problem === 'pointer') return '`git lfs pull` in the clone that it was copied from brings the file that the pointer stands for';
  if (problem === 'adapter-base') return '`--model=NAME` holds it against the model that it was trained on';
  if (problem === 'adapter-config') return `write what is needed into it, where it was changed by hand; ${anew}`;
  if (problem === 'adapter-dtype')
    return 'save it again in floats, `model.to(torch.bfloat16).save_pretrained(…)`, or bring it anew: `npx just sync:pull`';
  if (!['adapter-target', 'adapter-rank', 'adapter-shape'].includes(problem)) return anew;
  return '`--model=NAME` holds it against another base; where its two files are not of one training, `npx just sync:pull` brings both anew, or save it again';
}
