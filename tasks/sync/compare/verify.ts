import * as path from 'node:path';
import { patternMatches } from '../../common/pattern';
import { byteName, textName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import type { Session } from '../session/session';
import { manifestOf, manifestText } from './manifest';
import { presenceOf } from './sides';

/** The manifest of each folder that is here, by the name that it has under `.just-lora` of the receiving side. */
export async function manifestsOf(session: Session, keep: boolean): Promise<Map<string, string>> {
  const { context } = session;
  const transport = await session.transport();
  const manifests = new Map<string, string>();
  for (const folder of session.folders) {
    const presence = presenceOf(context, path.join(context.root, folder.name));
    if (presence !== 'folder' && presence !== 'file') continue;
    const base = presence === 'file' ? path.posix.dirname(folder.name) : folder.name;
    manifests.set(
      manifestOf(folder),
      await manifestText(context, folder, base, await transport.names(folder), await transport.links(folder), keep),
    );
  }
  return manifests;
}

/** Do the manifests on the receiving side say what is here? */
export async function manifestsMatch(session: Session): Promise<boolean> {
  for (const [name, text] of await manifestsOf(session, false)) {
    const kept = session.direction === 'push' ? text : asKept(text);
    // What a command prints comes without its last line break.
    if ((await readManifest(session, name)).replace(/\n$/, '') !== kept.replace(/\n$/, '')) return false;
  }
  return true;
}

/** Writes the manifests: last of all, after what they vouch for. */
export async function writeManifests(session: Session, manifests: ReadonlyMap<string, string>): Promise<void> {
  const transport = await session.transport();
  for (const [name, text] of manifests) {
    if (session.direction === 'push') await transport.writeState(name, text);
    else writeHere(session.context, name, text);
  }
}

/** Takes manifests away before what they vouch for is touched. */
export function removeManifestsHere({ host, root }: Context, patterns: readonly string[]): void {
  const folder = statePath(root, 'manifests');
  for (const file of host.files.list(folder))
    if (patterns.some((pattern) => patternMatches(`/${pattern}`, file))) host.files.remove(path.join(folder, file));
}

async function readManifest({ context, direction, transport }: Session, name: string): Promise<string> {
  if (direction === 'push') return (await transport()).readState(name);
  const { host, root } = context;
  return byteName(host.files.readText(statePath(root, name)) ?? '');
}

function writeHere({ host, root }: Context, name: string, text: string): void {
  makeStateFolder(host, root);
  host.files.writeText(statePath(root, name), textName(text));
}

/** Text files of ours are UTF-8: a name that is none loses its bytes there. */
const asKept = (text: string): string => byteName(textName(text));
