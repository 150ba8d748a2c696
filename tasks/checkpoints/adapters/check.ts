import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { scanFault } from '../models/scan';
import type { Header } from '../safetensors/header';
import { readHeader } from '../safetensors/read';
import type { BaseModel } from './base/base-model';
import { type BaseModules, baseModules } from './base/base-modules';
import { type BaseRelation, relateToBase } from './base/base-relation';
import { type AdapterConfig, parseAdapterConfig } from './config';
import { type AdapterFault, type AdapterFindings, joined, noFindings } from './fault';
import { configName, weightsName } from './files';
import { initializationFindings } from './peft/initialization';
import { loraFindings, ranksOf, targetFindings } from './tensors/lora-tensors';
import { methodFindings } from './tensors/other-methods';
import { type Patterns, patternExpressions, patternsOf } from './tensors/own-values';
import { judgeExpressions } from './tensors/patterns';
import { targetExpressions, targetsOf } from './tensors/targets';
import { tokenFindings } from './tensors/token-rows';
import { valueFindings } from './tensors/values';
import { emptyFindings, idleFindings, nameFindings, wholeFindings } from './tensors/whole-tensors';

/** What a look at an adapter found. */
export interface AdapterReport extends AdapterFindings {
  settings: AdapterConfig | undefined;
  header: Header | undefined;
  base: BaseModel | undefined;
  unanswered?: BaseRelation['unanswered'];
  /** What its patterns mean; `undefined` where its tensors were not compared. */
  patterns: Patterns | undefined;
}

/** What an adapter is held against, beside itself. */
interface AdapterQuestion {
  /** A model that it must be for: a configured name, `owner/name` or a folder; else its own word counts. */
  base?: string | undefined;
  /** Judges the expressions of the configuration; without one they are not judged. */
  python?: string | undefined;
  /** Version of transformers of the environment that is to load it. */
  transformers?: string | undefined;
  /** Reads every value too. */
  full?: boolean;
}

/**
 * Checks a PEFT adapter: its configuration, the rules of safetensors, and rank, type, modules, names and shapes against each other and
 * against the base model, where that is on this machine. Reads headers only, with `full` every value, and writes nothing.
 * @param folder absolute; under any name, so that an adapter can be looked at before it gets its final one
 */
export async function checkAdapter(
  context: Context,
  folder: string,
  { base: asked, python, transformers, full = false }: AdapterQuestion = {},
): Promise<AdapterReport> {
  const findings = noFindings();
  const settings = readConfig(context, path.join(folder, configName), findings.config);
  const header = readWeights(context, folder, findings.weights);
  const { base, unanswered, findings: ofBase } = relateToBase(context, settings?.base, asked);
  const all = [findings];
  let patterns: Patterns | undefined;
  if (settings) all.push(ofBase, { ...noFindings(), warnings: [...settings.remarks] });
  if (settings && settings.method !== 'LORA') all.push(methodFindings(settings, header));
  else if (settings && header) {
    const modules = base && base.tensors.size > 0 ? baseModules(base, settings) : undefined;
    const tensors = await tensorFindings(context, settings, header, modules, { python, transformers });
    patterns = tensors.patterns;
    all.push(initializationFindings(context, settings, modules?.isQuantized ?? false), ...tensors.findings);
  }
  if (full && header && header.tensors.size > 0) all.push(await valueFindings(context.host, path.join(folder, weightsName)));
  return { ...joined(...all), settings, header, base, patterns, ...(unanswered ? { unanswered } : {}) };
}

/** Where nothing was saved, or under names that PEFT does not match, the rest says nothing more. */
async function tensorFindings(
  context: Context,
  settings: AdapterConfig,
  header: Header,
  base: BaseModules | undefined,
  { python, transformers }: AdapterQuestion,
): Promise<{ findings: AdapterFindings[]; patterns?: Patterns }> {
  const first = joined(emptyFindings(header), nameFindings(header, base));
  if (first.weights.length > 0) return { findings: [first] };
  const ranks = ranksOf(header, base, settings);
  const expressions = [...targetExpressions(settings), ...patternExpressions(settings)];
  const names = [...new Set([...(base?.modules.keys() ?? []), ...ranks.keys()])];
  const { matches, refused } = await judgeExpressions(context, python, expressions, names);
  const own = noFindings();
  const [wrong] = refused;
  if (wrong) own.config.push({ problem: 'adapter-config', message: `has an expression that Python refuses, \`${wrong[0]}\`: ${wrong[1]}` });
  else if (expressions.some((expression) => matches(expression, '') === undefined))
    own.warnings.push(
      `${[...new Set(expressions.map(({ written }) => `\`${written}\``))].join(', ')}: a Python expression, not judged without a Python environment (\`--python=PROGRAM\` names one)`,
    );
  const targets = targetsOf(settings, matches);
  const patterns = patternsOf(settings, matches, ranks);
  const found = [
    own,
    ...(base ? [targetFindings(settings, header, targets, base)] : []),
    loraFindings(settings, header, { targets, patterns }, base, transformers),
    wholeFindings(settings, header, base),
    tokenFindings(settings, header, base),
    idleFindings(settings, header, base),
  ];
  return { findings: found, patterns };
}

function readConfig({ host }: Context, file: string, faults: AdapterFault[]): AdapterConfig | undefined {
  try {
    const text = host.files.readText(file);
    if (text !== undefined) return parseAdapterConfig(text);
    faults.push({ problem: 'missing', message: 'is missing' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) faults.push(scanFault(error));
    else faults.push({ problem: 'adapter-config', message: (error as Error).message });
  }
  return undefined;
}

function readWeights({ host }: Context, folder: string, faults: AdapterFault[]): Header | undefined {
  const file = path.join(folder, weightsName);
  try {
    const stat = host.files.stat(file);
    if (stat?.isFile()) return readHeader(host, file, stat.size);
    if (stat) faults.push({ problem: 'not-a-file', message: 'is not a file' });
    else faults.push({ problem: 'missing', message: 'is missing' });
  } catch (error) {
    faults.push(scanFault(error));
  }
  return undefined;
}
