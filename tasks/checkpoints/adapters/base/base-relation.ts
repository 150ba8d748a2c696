import type { Context } from '../../../engine/context';
import type { AdapterConfig } from '../config';
import { type AdapterFindings, noFindings } from '../fault';
import { type BaseModel, configuredAs, downloadName, isSameModel } from './base-model';
import { familyOf, readBaseName } from './base-name';

/** Whether an adapter is for the model that was asked for, and whether its base is on this machine. */
export function baseFindings(
  context: Context,
  { base: own }: AdapterConfig,
  asked: string | undefined,
  base: BaseModel | undefined,
): AdapterFindings {
  const findings = noFindings();
  if (own === undefined) {
    findings.config.push({
      problem: 'adapter-base',
      message: 'names no `base_model_name_or_path`',
      fix:
        asked === undefined
          ? '`--model=NAME` says which base to hold it against; write that into adapter_config.json'
          : `write \`${asked}\` into adapter_config.json`,
    });
    return findings;
  }
  const download = downloadName(context, own);
  const fetched = download === undefined ? '' : `: \`npx just model:download --model=${download}\``;
  const relation = asked === undefined ? 'same' : isSameModel(context, own, asked);
  if (relation === 'other')
    findings.config.push({
      problem: 'adapter-base',
      message: `is for \`${own}\`, not for \`${asked}\``,
      fix: `\`npx just model:verify --adapter=FOLDER${download === undefined ? '' : ` --model=${download}`}\` holds it against its own base, \`${own}\`${download === undefined ? '' : `, which \`npx just model:download --model=${download}\` brings`}`,
    });
  else if (relation === 'unknown')
    findings.warnings.push(
      `it names its base \`${own}\`: whether that is \`${asked}\` is unknown, names and shapes alone were compared with it`,
    );
  if (!base) {
    const what =
      download === undefined ? `${isFolder(own) ? 'a folder of another machine' : 'a model'} that is unknown here` : 'not on this machine';
    findings.warnings.push(
      `its base model \`${own}\` is ${what}, so modules and shapes were not compared${fetched || ': `--model=NAME` says which one to compare with'}`,
    );
  } else if (asked === undefined && familyOf(readBaseName(own).last).isQuantized && configuredAs(context, own) !== undefined)
    findings.warnings.push(
      `it was trained on \`${own}\`, the quantised form of \`${configuredAs(context, own)}\`, with which it was compared`,
    );
  return findings;
}

const isFolder = (word: string): boolean => readBaseName(word).isPath;
