import { UserError } from '../../common/errors';
import { bytes, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { absolute, shown } from '../../engine/paths';
import type { Finding, Step } from '../../engine/step';
import { elementsOf, factsTable, mostCommon } from '../models/facts';
import { modelNamed } from './base';
import { type AdapterReport, checkAdapter } from './check';

/** A step for each `--adapter`. */
export const adapterSteps = (context: Context): Step[] =>
  context.optionValues('adapter').map((asked) => ({
    name: `adapter:${asked}`,
    title: `Verify the adapter ${asked}`,
    check: async (): Promise<Finding> => findingOf(context, absolute(context, asked)),
  }));

function findingOf(context: Context, folder: string): Finding {
  if (!context.host.files.stat(folder)?.isDirectory())
    throw new UserError({
      code: 'E_MODEL_PATH',
      found: `no folder is at \`${shown(context.root, folder)}\``,
      needed: 'the folder of an adapter',
      fix: '`npx just sync:pull` brings adapters from the machine that trained them',
    });
  const report = checkAdapter(folder, context, { base: context.option('model') });
  const { files, warnings, config } = report;
  const wrong = files.filter(({ state }) => state === 'bad' || state === 'missing');
  const data = { folder, ...factsOf(report), files };
  if (wrong.length === 0)
    return { state: 'done', found: textOf(report), data, ...(warnings.length > 0 ? { warning: warnings.join('; ') } : {}) };
  const base = config?.base === undefined ? 'OWNER/NAME' : modelNamed(context, config.base);
  return {
    state: 'blocked',
    code: 'E_ADAPTER',
    found: `${textOf(report)}; ${some(
      wrong.map(({ path, message }) => `\`${path}\` ${message}`),
      3,
    )}`,
    needed: 'an adapter that fits its configuration and its base model',
    fix: `\`npx just sync:pull\` brings it anew; its base model comes with \`npx just model:download --model=${base}\``,
    table: factsTable(wrong),
    data,
  };
}

function factsOf({ config, header, base, size }: AdapterReport) {
  const headers = header ? [header] : [];
  return {
    size,
    architecture: base?.architecture ?? null,
    parameters: header ? elementsOf(headers) : null,
    dtype: mostCommon(headers),
    shards: headers.length,
    licence: null,
    revision: config?.revision ?? null,
    base: config?.base ?? null,
    method: config?.method ?? null,
    rank: config?.rank ?? null,
    alpha: config?.alpha ?? null,
    targets: config?.targets ?? null,
  };
}

function textOf(report: AdapterReport): string {
  const { method, base, size, rank, alpha, dtype, parameters } = factsOf(report);
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
