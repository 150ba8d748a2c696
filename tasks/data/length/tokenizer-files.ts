import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import { offlineBy } from '../../hub/api/endpoint';
import { type Model, modelsOf } from '../../hub/model/models';
import { oneLine } from '../../untrusted/text';

/** What a tokenizer needs, first the one that is asked whether it is there. */
const names = ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'] as const;

/** The folder of a model's tokenizer: the model's own, else the one that its files were fetched to. */
export function tokenizerFolder(context: Context, model: Model): string {
  const { stat } = context.host.files;
  const fetched = fetchedFolder(context, model);
  return stat(path.join(model.folder, names[1])) || !stat(path.join(fetched, names[0])) ? model.folder : fetched;
}

const fetchedFolder = ({ root }: Context, { repo, revision }: Model): string =>
  statePath(root, 'tokenizers', `${repo.replace('/', '--')}@${revision.replace(/[^\w.-]/g, '-')}`);

/**
 * Fetches the tokenizers of the enabled models that are not here: some ten megabytes each. What is not to be had is no error: the
 * lengths are an estimate then.
 * @returns for each that is missing why, by its name in the settings
 */
export async function fetchTokenizers(context: Context, tell: (text: string) => void): Promise<Record<string, string>> {
  const missing: Record<string, string> = {};
  for (const model of modelsOf(context, undefined)) {
    const { stat } = context.host.files;
    if (names.slice(0, 2).some((name) => stat(path.join(tokenizerFolder(context, model), name)))) continue;
    const offline = offlineBy(context.host);
    const why = model.source
      ? 'its source has no place on the Hub'
      : offline
        ? `\`${offline}\` is set`
        : await fetched(context, model, tell);
    if (why !== undefined) missing[model.name] = why;
  }
  return missing;
}

async function fetched(context: Context, model: Model, tell: (text: string) => void): Promise<string | undefined> {
  const { files } = context.host;
  const folder = fetchedFolder(context, model);
  try {
    const { hubOf } = require('../../hub/api/hub') as typeof import('../../hub/api/hub');
    const hub = hubOf(context);
    const commit = await hub.glance(model);
    if (!commit) return 'the Hub does not answer, or not for this model';
    const rows = await hub.tree(model, commit);
    if (!rows.some((row) => row.path === names[0])) return 'it has no `tokenizer.json`';
    makeStateFolder(context.host, context.root);
    // The one that says that all are there is the last.
    for (const name of [...names].reverse()) {
      if (!rows.some((row) => row.path === name)) continue;
      tell(`the tokenizer of ${model.name}: ${name}`);
      files.writeText(path.join(folder, name), await hub.text(model, commit, name));
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return oneLine(error.fault.found, 200);
  }
}
