import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import { offlineBy } from '../api/endpoint';
import { hubOf } from '../api/hub';
import type { Manifest } from '../manifest/manifest';
import type { Model } from '../model/models';
import { readModelRecord } from '../store/model-record';
import { downloadAgain } from './download-again';

/**
 * Two repositories may end in the same name, and so want the same folder: what one has filled is not the other's to
 * replace. The same files under another repository's name are no other model, nor is a repository that was renamed.
 * @throws UserError E_MODEL_FOLDER
 */
export async function assertFolderFree(context: Context, model: Model, { commit }: Manifest): Promise<void> {
  const { host, root } = context;
  const { folder, repo, name } = model;
  const record = readModelRecord(host, folder);
  if (!record || record.repo === repo || record.commit === commit || context.forced(`download:${name}`)) return;
  if (!offlineBy(host) && (await isRenamed(context, model, record))) return;
  throw new UserError({
    code: 'E_MODEL_FOLDER',
    found: `\`${shown(root, folder)}\` holds \`${record.repo}\`, and \`${repo}\` would take its place`,
    needed: 'a folder of its own for each model',
    fix: `give it a name of its own in configs/setup.yaml (\`models.NAME.repo: ${repo}\`), or \`${downloadAgain(context, model, `force=download:${name}`)}\` replaces what is there`,
  });
}

async function isRenamed(context: Context, model: Model, record: { repo: string; commit: string }): Promise<boolean> {
  const hub = hubOf(context);
  const name = (repo: string, revision: string) =>
    hub.revision({ ...model, repo, revision }).then(
      (answer) => answer.repo,
      () => undefined,
    );
  const before = await name(record.repo, record.commit);
  return before !== undefined && before === (await name(model.repo, model.revision));
}
