import type { Context } from '../../engine/context';
import type { Commit } from '../../untrusted/hashes';
import { hubOf } from '../api/hub';
import { type HubFile, hashOf, hashOfContent } from '../model/hub-file';
import type { Model } from '../model/models';
import type { LocalSource } from './local-source';

/** Bytes: the Hub gives no more than that as a text. */
export const maxTextBytes = 16_000_000;

/**
 * The text of a small file of a commit: of a copy that is here where its hash is that of the commit, whoever wrote it, else from
 * the Hub.
 * @param source another folder of this machine that the model comes from: then the Hub is not asked
 * @returns `undefined` where the source has no such copy
 * @throws UserError as a question to the Hub
 */
export async function commitText(context: Context, model: Model, commit: Commit, file: HubFile): Promise<string>;
export async function commitText(
  context: Context,
  model: Model,
  commit: Commit,
  file: HubFile,
  source: LocalSource | undefined,
): Promise<string | undefined>;
export async function commitText(
  context: Context,
  model: Model,
  commit: Commit,
  file: HubFile,
  source?: LocalSource,
): Promise<string | undefined> {
  const { files, shared } = context.host;
  const { algorithm, hex } = hashOf(file);
  const isIt = (text: string | undefined): text is string =>
    text !== undefined && hex !== '' && hashOfContent(Buffer.from(text), algorithm) === hex;
  const here = shared.read(model.folder, file.path, maxTextBytes)?.text;
  if (isIt(here)) return here;
  if (!source) return hubOf(context).text(model, commit, file.path);
  const place = source.place(file);
  const there = place === undefined ? undefined : files.readText(place);
  return isIt(there) ? there : undefined;
}
