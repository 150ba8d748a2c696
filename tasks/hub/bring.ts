import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import type { Progress } from '../core/step';
import { adopt } from './adopt';
import { makeCache, mark } from './deliver';
import { Digests } from './digest';
import { offlineBy } from './endpoint';
import { runHf, usesHf, wrongAfterHf } from './hf-backend';
import type { SizedFile } from './job';
import { metadataFile } from './layout';
import { type LocalFile, lookAt } from './local';
import type { Model } from './models';
import { linkMissing, type Origin } from './origin';
import { leftoversIn } from './partials';
import { recordOf, type Wanted } from './plan';
import { refuseWithoutSpace } from './space';
import { removeStamp, stampedHash } from './stamps';
import { transferInThread } from './transfer-thread';
import { hashOf, readTree, writeRecord, writeTree } from './tree';

/**
 * Brings a folder to what the commit says: checks what is there, fetches the rest.
 * @param origin has files on this machine, where they are not to come from the Hub
 * @param trust false to hash what was proven before
 * @throws UserError, Interrupted; what was fetched stays
 */
export async function bringModel(
  context: Context,
  model: Model,
  wanted: Wanted,
  { origin, trust }: { origin: Origin | undefined; trust: boolean },
  progress: (progress: Progress) => void,
): Promise<void> {
  const { host } = context;
  const { folder } = model;
  makeCache(host, folder);
  // The list first: what is fetched must be judged by it even if we do not come further.
  if (wanted.rows && !readTree(host, folder, wanted.commit)) writeTree(host, folder, wanted.commit, wanted.rows);
  writeRecord(host, folder, recordOf(model, wanted));
  const look = (trust = true) => wanted.wanted.map((file) => lookAt(host, folder, wanted.commit, file, trust));
  if (origin?.links) linkMissing(host, folder, look(), origin);
  const wrong = await checkThere(context, model, wanted, look(trust), trust, progress);
  const missing = look().filter(({ file, state }) => !['ok', 'unchecked'].includes(state) || wrong.has(file.path));
  if (missing.length > 0 && usesHf(context) && !origin) await fetchByHf(context, model, wanted, missing, progress);
  else if (missing.length > 0) await fetchMissing(context, model, wanted, missing, origin?.place, progress);
  for (const { file } of leftoversIn(host, folder)) host.files.remove(file);
}

/** Hashes what has the right size and no proof yet. @returns the paths of those that are wrong */
async function checkThere(
  context: Context,
  { folder }: Model,
  { commit }: Wanted,
  files: readonly LocalFile[],
  trust: boolean,
  progress: (progress: Progress) => void,
): Promise<Set<string>> {
  const { host } = context;
  const unchecked: SizedFile[] = [];
  for (const { file, state } of files) {
    if (state !== 'unchecked') continue;
    // Proven before, and only hf's metadata is of another commit, or gone.
    const before =
      trust && stampedHash(host, folder, file.path) === hashOf(file).hex ? host.files.stat(path.join(folder, file.path)) : undefined;
    if (before) mark(host, folder, commit, file, before);
    else unchecked.push(file);
  }
  const wrong = new Set<string>();
  if (unchecked.length === 0) return wrong;
  const digests = new Digests(Math.min(host.cores, unchecked.length));
  const totalBytes = unchecked.reduce((sum, { size }) => sum + size, 0);
  const running = unchecked.map((file) => {
    const target = path.join(folder, file.path);
    const before = host.files.stat(target);
    return { file, before, digest: digests.of(target, hashOf(file).algorithm, file.size) };
  });
  const watch = setInterval(() => {
    if (host.processes.interrupted) for (const { digest } of running) digest.drop();
    progress({ text: 'checking what is there:', doneBytes: running.reduce((sum, { digest }) => sum + digest.at, 0), totalBytes });
  }, 100);
  try {
    for (const { file, before, digest } of running) {
      const hex = await digest.hex.catch((error: Error) => {
        host.processes.throwIfInterrupted();
        throw error;
      });
      if (hex === hashOf(file).hex && before) mark(host, folder, commit, file, before);
      else wrong.add(file.path);
    }
  } finally {
    clearInterval(watch);
    await digests.close();
  }
  return wrong;
}

async function fetchMissing(
  context: Context,
  model: Model,
  { commit, wanted }: Wanted,
  missing: readonly LocalFile[],
  origin: ((file: string) => string | undefined) | undefined,
  progress: (progress: Progress) => void,
): Promise<void> {
  const { host } = context;
  const { folder, repo } = model;
  const places = new Map(missing.flatMap(({ file: { path } }) => (origin?.(path) === undefined ? [] : [[path, origin(path) ?? '']])));
  if (places.size < missing.length) refuseOffline(context, model);
  for (const { file } of missing) adopt(host, folder, file);
  const files = missing.map(({ file }) => file).sort((a, b) => a.size - b.size);
  const now = missing.map(({ file }) => lookAt(host, folder, commit, file));
  const there = (of: readonly LocalFile[]) => of.reduce((sum, { thereBytes }) => sum + thereBytes, 0);
  const missingBytes = files.reduce((sum, { size }) => sum + size, 0);
  const totalBytes = wanted.reduce((sum, { size }) => sum + size, 0);
  await refuseWithoutSpace(context, folder, missingBytes - there(now.filter(({ state }) => state === 'partial')));
  const order = { repo, commit, folder, files, totalBytes, thereBytes: totalBytes - missingBytes };
  await transferInThread(context, order, places, progress);
}

/** The same by hf, with our look before and our hashes after. */
async function fetchByHf(
  context: Context,
  model: Model,
  wanted: Wanted,
  missing: readonly LocalFile[],
  progress: (progress: Progress) => void,
): Promise<void> {
  const { host } = context;
  refuseOffline(context, model);
  await refuseWithoutSpace(
    context,
    model.folder,
    missing.reduce((sum, { file }) => sum + file.size, 0),
  );
  for (const { file, state } of missing) {
    removeStamp(host, model.folder, file.path);
    // hf trusts its metadata more than the bytes.
    if (state === 'wrong' || state === 'unchecked') host.files.remove(metadataFile(model.folder, file.path));
  }
  await runHf(
    context,
    model,
    wanted.commit,
    missing.map(({ file }) => file.path),
    progress,
  );
  const after = missing.map(({ file }) => lookAt(host, model.folder, wanted.commit, file));
  const wrong = await checkThere(context, model, wanted, after, true, progress);
  const bad = after.filter(({ file, state }) => wrong.has(file.path) || !['ok', 'unchecked'].includes(state));
  if (bad.length > 0)
    throw wrongAfterHf(
      bad.map(({ file: { path, size }, why }) => ({ path, size, why: wrong.has(path) ? 'other bytes than the commit has' : why })),
    );
}

/** @throws UserError E_HUB_OFFLINE where a variable forbids the network */
export function refuseOffline(context: Context, { repo }: Model): void {
  const variable = offlineBy(context.host);
  if (!variable) return;
  throw new UserError({
    code: 'E_HUB_OFFLINE',
    found: `${variable} is set, and files of \`${repo}\` are missing`,
    needed: 'the network, or the model on this machine',
    fix: `\`unset ${variable}\` and run the same command again`,
  });
}
