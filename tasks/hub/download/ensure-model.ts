import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { shellWord, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Progress } from '../../engine/step';
import { offlineBy } from '../api/endpoint';
import type { LocalSource } from '../manifest/local-source';
import { type Manifest, recordOf } from '../manifest/manifest';
import { hashOf } from '../model/hub-file';
import type { Model } from '../model/models';
import { leftoversIn, removeLeftovers } from '../partials/partials';
import { backUpUserFile, makeCache, writeVerified } from '../store/deliver';
import { type HashedLocalFiles, hashLocalFiles } from '../store/hash-local-files';
import { type LocalFile, lookAtFile } from '../store/local';
import { removeMetadata } from '../store/metadata';
import { writeModelRecord } from '../store/model-record';
import { recordedTree } from '../store/recorded-tree';
import { removeStaleFiles } from '../store/remove-stale-files';
import { keepGoodPrefix, resumeFromIncomplete } from '../store/reuse';
import { removeStamp, stampOn } from '../store/stamps';
import { readTree, writeTree } from '../store/tree';
import type { SizedFile } from '../transfer/file-download';
import { transferInThread } from '../transfer/transfer-thread';
import { downloadAgain } from './download-again';
import { runHf, usesHf, wrongAfterHf } from './hf-backend';
import { linkVerified } from './link';
import { refusePersonsFiles } from './persons-files';
import { refuseWithoutSpace } from './space';

/**
 * Brings a folder to what the commit says: checks what is there, fetches the rest.
 * @param origin has files on this machine, where they are not to come from the Hub
 * @param trust false to hash what was proven before
 * @throws UserError, Interrupted; what was fetched stays
 */
export async function ensureModel(
  context: Context,
  model: Model,
  wanted: Manifest,
  { origin, trust }: { origin: LocalSource | undefined; trust: boolean },
  progress: (progress: Progress) => void,
): Promise<void> {
  const { host } = context;
  const { folder } = model;
  makeCache(host, folder);
  const look = (trust = true) => wanted.files.map((file) => lookAtFile(context, folder, wanted.commit, file, trust));
  const before = look(trust);
  const wrong = await checkThere(context, model, wanted, before, trust, progress);
  const others = before.filter(({ file, state }) => state === 'wrong' || wrong.has(file.path));
  await refusePersonsFiles(context, model, wanted, others, progress, wrong);
  // The list first: what is fetched must be judged by it even if we do not come further.
  if (!wanted.isBySource) keepTree(context, folder, wanted);
  writeModelRecord(host, folder, recordOf(model, wanted));
  const spoiled = origin?.links ? await linkVerified(context, model, wanted, look(), origin, progress) : new Set<string>();
  const missing = look().filter(({ file, state }) => !['ok', 'unchecked'].includes(state) || wrong.has(file.path));
  if (missing.length > 0 && usesHf(context) && !origin) await fetchByHf(context, model, wanted, missing, progress);
  else if (missing.length > 0) {
    const place = (file: SizedFile) => (spoiled.has(file.path) ? undefined : origin?.place(file));
    if (origin && spoiled.size > 0)
      refuseOffline(context, model, `${origin.name} has other bytes than the commit in ${some([...spoiled].map((name) => `\`${name}\``))}`);
    const verify = origin && recordedTree(context, origin.folder, model) ? verifyCommand(context, origin) : undefined;
    await fetchMissing(context, model, wanted, missing, wrong, { place, verify }, progress);
  }
  keepTree(context, folder, wanted);
  removeLeftovers(host, folder, leftoversIn(host, folder));
  removeStaleFiles(context, folder, wanted.commit, wanted.files);
}

function keepTree(context: Context, folder: string, { treeRows, commit }: Manifest): void {
  if (treeRows && !readTree(context, folder, commit)) writeTree(context, folder, commit, treeRows);
}

/** Hashes what has the right size and no proof yet. @returns those that are wrong, each with its marks */
async function checkThere(
  context: Context,
  { folder }: Model,
  { commit }: Manifest,
  files: readonly LocalFile[],
  trust: boolean,
  progress: (progress: Progress) => void,
): Promise<Map<string, readonly string[]>> {
  const unchecked: SizedFile[] = [];
  for (const { file, state } of files) {
    if (state !== 'unchecked') continue;
    // Proven before, and only hf's metadata is of another commit, or gone.
    const before = trust ? stampOn(context, folder, file.path) : undefined;
    if (before?.hash === hashOf(file).hex) writeVerified(context, folder, commit, file, before);
    else unchecked.push(file);
  }
  const wrong = new Map<string, readonly string[]>();
  if (unchecked.length === 0) return wrong;
  const there = unchecked.map((file) => ({ file, place: path.join(folder, file.path) }));
  const read = await hashLocalFiles(context, there, 'checking what is there:', progress);
  for (const file of unchecked) {
    const { right, marks } = read.get(file.path) as HashedLocalFiles;
    if (right) writeVerified(context, folder, commit, file, right, marks);
    else wrong.set(file.path, marks);
  }
  return wrong;
}

async function fetchMissing(
  context: Context,
  model: Model,
  { commit, files: wanted }: Manifest,
  missing: readonly LocalFile[],
  wrong: ReadonlyMap<string, readonly string[]>,
  { place, verify }: { place: (file: SizedFile) => string | undefined; verify: string | undefined },
  progress: (progress: Progress) => void,
): Promise<void> {
  const { folder, repo } = model;
  const places = new Map(
    missing.flatMap(({ file }) => {
      const there = place(file);
      return there === undefined ? [] : [[file.path, there] as const];
    }),
  );
  if (places.size < missing.length) refuseOffline(context, model, `files of \`${repo}\` are missing`);
  for (const { file } of missing) {
    const marks = wrong.get(file.path);
    if (marks) keepGoodPrefix(context, folder, file, marks);
    resumeFromIncomplete(context, folder, file);
  }
  const files = missing.map(({ file }) => file).sort((a, b) => a.size - b.size);
  const now = missing.map(({ file }) => lookAtFile(context, folder, commit, file));
  const there = (of: readonly LocalFile[]) => of.reduce((sum, { thereBytes }) => sum + thereBytes, 0);
  const missingBytes = files.reduce((sum, { size }) => sum + size, 0);
  const totalBytes = wanted.reduce((sum, { size }) => sum + size, 0);
  await refuseWithoutSpace(context, folder, missingBytes - there(now.filter(({ state }) => state === 'partial')));
  const order = { repo, commit, folder, files, totalBytes, thereBytes: totalBytes - missingBytes };
  await transferInThread(context, order, { places, verify }, progress);
}

/** Fetches files by hf, with our look before and our hashes after. */
async function fetchByHf(
  context: Context,
  model: Model,
  wanted: Manifest,
  missing: readonly LocalFile[],
  progress: (progress: Progress) => void,
): Promise<void> {
  const { host } = context;
  refuseOffline(context, model, `files of \`${model.repo}\` are missing`);
  await refuseWithoutSpace(
    context,
    model.folder,
    missing.reduce((sum, { file }) => sum + file.size, 0),
  );
  for (const { file, state } of missing) {
    backUpUserFile(context, model.folder, file);
    removeStamp(context, model.folder, file.path);
    // hf trusts its metadata more than the bytes.
    if (state === 'wrong' || state === 'unchecked') removeMetadata(host, model.folder, file.path);
  }
  await runHf(
    context,
    model,
    wanted.commit,
    missing.map(({ file }) => file.path),
    progress,
  );
  const after = missing.map(({ file }) => lookAtFile(context, model.folder, wanted.commit, file));
  const wrong = await checkThere(context, model, wanted, after, true, progress);
  const bad = after.filter(({ file, state }) => wrong.has(file.path) || !['ok', 'unchecked'].includes(state));
  if (bad.length > 0)
    throw wrongAfterHf(
      downloadAgain(context, model, 'backend=builtin'),
      bad.map(({ file: { path, size }, why }) => ({ path, size, why: wrong.has(path) ? 'other bytes than the commit has' : why })),
    );
}

/** @param lacks what the network is needed for @throws UserError E_HUB_OFFLINE where a variable forbids the network */
export function refuseOffline(context: Context, { repo }: Model, lacks: string): void {
  const variable = offlineBy(context.host);
  if (!variable) return;
  throw new UserError({
    code: 'E_HUB_OFFLINE',
    found: `${variable} is set, and ${lacks}`,
    needed: `the network, or all of \`${repo}\` on this machine`,
    fix: `\`unset ${variable}\` and run the same command again`,
  });
}

/** What compares a folder with the record that it has. */
const verifyCommand = ({ root }: Context, { folder }: LocalSource): string =>
  `npx just model:verify --path=${shellWord(shown(root, folder))} --full`;
