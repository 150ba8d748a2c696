import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { shellWord, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { absolute, projectPaths, shown } from '../../engine/paths';
import type { Finding, Step } from '../../engine/step';
import { factsTable } from '../models/facts';
import type { FileReport } from '../models/problems';
import { askedBase } from './base/ask-base';
import { type AdapterReport, checkAdapter } from './check';
import { copyFolder, isCopied, writeCopy } from './compatible-copy';
import { configName } from './files';
import { askedVersion, peftEnvironment } from './peft/peft-environment';
import { peftFindings } from './peft/peft-findings';
import { fileReports, reportData, reportText } from './report';
import { adapterInPlaceOfModel, otherFolder } from './run-folder';

/** A step for each `--adapter`. @throws UserError E_USAGE where `--model` names no model */
export function adapterSteps(context: Context): Step<AdapterReport>[] {
  const version = askedVersion(context);
  const base = askedBase(context);
  return context.optionValues('adapter').map((asked) => ({
    name: `adapter:${asked}`,
    title: `Verify the adapter ${asked}`,
    check: () => look(context, folderNamed(context, asked), base),
    async plan(_, report) {
      const folder = folderNamed(context, asked);
      const { settings, patterns, unanswered } = report ?? {};
      if (version === undefined || !settings || unanswered) return [];
      return [
        {
          title: `write a copy for PEFT ${version} to ${shown(context.root, copyFolder(folder, version))}`,
          run: async () => writeCopy(context, folder, { settings, patterns }, version),
        },
      ];
    },
  }));
}

/** A step that says of `--path` that an adapter is there; `undefined` where none is. */
export function adapterAtPath(context: Context, asked: string): Step | undefined {
  const error = adapterInPlaceOfModel(context, absolute(context, asked));
  if (!error) return undefined;
  return {
    name: `verify:${asked}`,
    title: `Verify ${asked}`,
    check: async () => {
      throw error;
    },
  };
}

/** The folder of `--adapter`; a bare name at which nothing is means the adapter of that name, as `train --name` has it. */
function folderNamed(context: Context, asked: string): string {
  const folder = absolute(context, asked).replace(/\/+$/, '');
  const named = path.join(projectPaths(context).adapters_dir, asked);
  const isName = path.basename(asked) === asked && !context.host.files.lstat(folder);
  return isName && context.host.files.stat(named)?.isDirectory() ? named : folder;
}

/** The adapters that are there, each as it is asked for. */
function adaptersHere(context: Context): string {
  const { adapters_dir } = projectPaths(context);
  const names = context.host.files
    .list(adapters_dir)
    .filter((name) => context.host.files.stat(path.join(adapters_dir, name, configName))?.isFile());
  const options = names.map((name) => `\`--adapter=${shellWord(shown(context.root, path.join(adapters_dir, name)))}\``);
  return options.length > 0 ? `name one that is here: ${some(options)}\n` : '';
}

async function look(context: Context, folder: string, base: string | undefined): Promise<Finding & { seen?: AdapterReport }> {
  if (!context.host.files.stat(folder)?.isDirectory())
    throw new UserError({
      code: 'E_MODEL_PATH',
      found: `no folder is at \`${shown(context.root, folder)}\``,
      needed: 'the folder of an adapter',
      fix: `${adaptersHere(context)}\`npx just sync:pull\` brings adapters from the machine that trained them`,
    });
  const other = otherFolder(context, folder);
  if (other) {
    const { code, found, needed = 'the folder of an adapter', fix } = other.error.fault;
    return { state: 'blocked', code, found, needed, fix, ...(other.table ? { table: other.table } : {}), data: { folder, files: [] } };
  }
  const environment = peftEnvironment(context);
  const report = await checkAdapter(context, folder, {
    base,
    python: environment.python,
    transformers: environment.transformers,
    full: context.option('full') !== undefined,
  });
  const { peft, ...versions } = peftFindings(report, environment);
  const warnings = [...report.warnings, ...versions.warnings];
  const [first] = versions.config;
  // What only a version of PEFT says against it is mended by a copy, where nothing is lost with it.
  const asked = askedVersion(context);
  const isMendable = (problem: string | undefined) => problem === 'adapter-peft' || problem === 'adapter-name';
  const own = [...report.config, ...report.weights].filter(({ problem }) => !isMendable(problem));
  const mends = asked !== undefined && own.length === 0 && versions.isMended && report.settings !== undefined;
  const needsCopy = first !== undefined || report.weights.some(({ problem }) => problem === 'adapter-name');
  const named = (text: string) => text.replaceAll('--adapter=FOLDER', `--adapter=${shown(context.root, folder)}`);
  const files = fileReports(context, folder, {
    ...report,
    config: [...report.config, ...(mends ? [] : versions.config)],
    weights: mends ? own.filter((fault) => report.weights.includes(fault)) : report.weights,
  }).map((file) => (file.fix === undefined ? file : { ...file, fix: named(file.fix) }));
  const data = { folder, ...reportData(report), peft, files };
  const about = { ...(warnings.length > 0 ? { warning: named(warnings.join('; ')) } : {}), data, seen: report };
  const wrong = files.filter(({ state }) => state === 'bad' || state === 'missing');
  if (wrong.length > 0) return blocked(report, wrong, data);
  const text = reportText(report);
  if (report.unanswered) {
    const { found, download } = report.unanswered;
    const fix = `\`npx just model:download --model=${download}\` brings it; without \`--model\` it is held against its own base`;
    return { state: 'todo', code: 'E_MODEL_INCOMPLETE', found: `${text}; ${found}`, fix, ...about };
  }
  if (!mends || !needsCopy || asked === undefined || !report.settings) return { state: 'done', found: text, ...about };
  const copy = shown(context.root, copyFolder(folder, asked));
  if (isCopied(context, folder, { settings: report.settings, patterns: report.patterns }, asked))
    return { state: 'done', found: `${text}; PEFT ${asked} loads its copy \`${copy}\``, ...about };
  return {
    state: 'todo',
    code: 'E_ADAPTER',
    found: `${text}; ${first?.message ?? 'names that PEFT does not match'}`,
    fix: `\`npx just model:verify --adapter=${shown(context.root, folder)} --for=${asked}\` writes a copy that loads, \`${copy}\``,
    ...about,
  };
}

function blocked(report: AdapterReport, wrong: readonly FileReport[], data: object): Finding {
  return {
    state: 'blocked',
    code: 'E_ADAPTER',
    found: `${reportText(report)}; ${some(
      wrong.map(({ path: name, message }) => `\`${path.basename(name)}\` ${message}`),
      3,
    )}`,
    needed: 'an adapter that fits its configuration and its base model',
    fix: wrong[0]?.fix ?? '',
    table: factsTable(wrong),
    data: { ...data },
  };
}
