import type { Context } from '../../engine/context';
import type { Commit } from '../../untrusted/hashes';
import { hubOf } from '../api/hub';
import { type HubFile, hashOf, hashOfContent } from '../model/hub-file';
import type { Model } from '../model/models';

/** Bytes: the Hub gives no more than that as a text. */
export const maxTextBytes = 16_000_000;

/**
 * The text of a small file of a commit: of the one that is here where its hash is that of the commit, whoever wrote it, else from
 * the Hub.
 * @throws UserError as a question to the Hub
 */
export async function commitText(context: Context, model: Model, commit: Commit, file: HubFile): Promise<string> {
  const { algorithm, hex } = hashOf(file);
  const here = hex === '' ? undefined : context.host.shared.read(model.folder, file.path, maxTextBytes)?.text;
  if (here !== undefined && hashOfContent(Buffer.from(here), algorithm) === hex) return here;
  return hubOf(context).text(model, commit, file.path);
}
