import type { Context } from '../../../engine/context';
import { type AdapterFindings, noFindings } from '../fault';
import { type BaseModel, configuredAs, downloadName, findBase, isSameModel, nameToWrite } from './base-model';
import { familyOf, readBaseName } from './base-name';

/** Whom an adapter is held against, and what cannot be known for want of it. */
export interface BaseRelation {
  base: BaseModel | undefined;
  findings: AdapterFindings;
  /** That the model that was asked for is not here, and that the names alone do not answer whether the adapter is for it. */
  unanswered?: { found: string; download: string };
}

/**
 * The base that an adapter is compared with: the model that was asked for, where it is on this machine, else the one that the
 * adapter names; and whether they are the same.
 * @param own `base_model_name_or_path` of the adapter
 * @param asked a word that means a model, as `askedBase` of ask-base.ts leaves it
 */
export function relateToBase(context: Context, own: string | undefined, asked: string | undefined): BaseRelation {
  const there = findBase(context, asked);
  const base = there ?? findBase(context, own);
  const relation = asked === undefined ? 'same' : own === undefined ? 'unknown' : isSameModel(context, own, asked);
  const findings = noFindings();
  if (own === undefined) nameless(context, asked, findings);
  else if (relation === 'other') findings.config.push(otherBase(context, own, asked));
  if (base && base.tensors.size === 0)
    findings.warnings.push(`no tensor of \`${base.folder}\` can be read, so modules and shapes were not compared with it`);
  if (asked !== undefined && !there && relation === 'unknown') {
    const found = `whether it is for \`${asked}\` is unknown: that model is not on this machine${base ? `, and it was compared with its own base \`${own}\` alone` : ', and nothing was compared with it'}`;
    return { base, findings, unanswered: { found, download: downloadName(context, asked) ?? asked } };
  }
  if (own === undefined) return { base, findings };
  if (asked !== undefined && relation === 'unknown')
    findings.warnings.push(
      `it names its base \`${own}\`: whether that is \`${asked}\` is unknown, names and shapes alone were compared with it`,
    );
  if (!base) findings.warnings.push(notHere(context, own, asked));
  else if (asked === undefined && familyOf(readBaseName(own).last).isQuantized && configuredAs(context, own) !== undefined)
    findings.warnings.push(
      `it was trained on \`${own}\`, the quantised form of \`${configuredAs(context, own)}\`, with which it was compared`,
    );
  return { base, findings };
}

/** PEFT puts such an adapter on the model that it is given; only what is to find the model by itself does not load it. */
function nameless(context: Context, asked: string | undefined, { config, warnings }: AdapterFindings): void {
  if (asked === undefined)
    config.push({
      problem: 'adapter-base',
      message: 'names no `base_model_name_or_path`',
      fix: '`--model=NAME` says which base to hold it against; write its repository into adapter_config.json',
    });
  else
    warnings.push(
      `it names no \`base_model_name_or_path\`: \`${nameToWrite(context, asked)}\` in adapter_config.json tells others what it is for`,
    );
}

function otherBase(context: Context, own: string, asked: string | undefined): AdapterFindings['config'][number] {
  const download = downloadName(context, own);
  return {
    problem: 'adapter-base',
    message: `is for \`${own}\`, not for \`${asked}\``,
    fix: `\`npx just model:verify --adapter=FOLDER${download === undefined ? '' : ` --model=${download}`}\` holds it against its own base, \`${own}\`${download === undefined ? '' : `, which \`npx just model:download --model=${download}\` brings`}`,
  };
}

function notHere(context: Context, own: string, asked: string | undefined): string {
  const download = downloadName(context, own);
  const folder = readBaseName(own).isPath ? 'a folder of another machine' : 'a model';
  const what = download === undefined ? `${folder} that is unknown here` : 'not on this machine';
  const which = asked === undefined ? ': `--model=NAME` says which one to compare with' : '';
  const next = download === undefined ? which : `: \`npx just model:download --model=${download}\``;
  return `its base model \`${own}\` is ${what}, so modules and shapes were not compared${next}`;
}
