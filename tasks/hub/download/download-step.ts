import { UserError, usageError } from '../../common/errors';
import { bytes, plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { readLockOwner } from '../../engine/lock/lock';
import { shown } from '../../engine/paths';
import type { Finding, Progress, Step } from '../../engine/step';
import { offlineBy } from '../api/endpoint';
import { hubOf } from '../api/hub';
import { refuseUnloadable } from '../manifest/loadable';
import { type LocalSource, lacksWords, localSourceOf } from '../manifest/local-source';
import { foreignWords, type Manifest, manifestFromHub, manifestFromRecord, movedTo } from '../manifest/manifest';
import { manifestFromSource } from '../manifest/manifest-sources';
import { type Model, modelsOf } from '../model/models';
import { withFolderLock } from '../store/folder-lock';
import { lockFile } from '../store/layout';
import { type LocalFile, lookAtFile } from '../store/local';
import { assertFolderFree } from './assert-folder-free';
import { brokenWeights } from './broken-weights';
import { compatibilityOf } from './compatibility';
import { downloadData, downloadTable, foundOf, rateOf, titleOf } from './download-report';
import { ensureModel, refuseOffline } from './ensure-model';
import { mayReplace, personsNote, refusePersonsFiles } from './persons-files';
import { refuseWithoutSpace } from './space';

/** A step for each model that the options name. */
export function downloadSteps(context: Context): Step[] {
  refuseWrongOptions(context);
  return modelsOf(context).map(downloadStep);
}

/** Before anything is looked at: a wrong word is no state of the machine. @throws UserError E_USAGE (exit code 2) */
function refuseWrongOptions(context: Context): void {
  rateOf(context.option('rate'));
  for (const [name, words] of [
    ['from-cache', ['link', 'copy']],
    ['backend', ['builtin', 'hf']],
  ] as const) {
    const given = context.option(name);
    if (given !== undefined && !(words as readonly string[]).includes(given))
      throw usageError(`\`--${name}=${given}\` is neither ${words.join(' nor ')}`, `\`--${name}=${words[1]}\`, for example`);
  }
}

/** Everything that a look found out about one model. */
interface DownloadSeen {
  wanted: Manifest;
  files: LocalFile[];
  origin: LocalSource | undefined;
  /** How the libraries of the environment are: `new enough`, `unknown`. */
  libraries: string;
}

function downloadStep(model: Model): Step<DownloadSeen> {
  const name = `download:${model.name}`;
  const trusts = (context: Context) => !mayReplace(context, model);
  return {
    name,
    title: `Download ${model.name}`,
    async check(context, _, tell, before) {
      // What was wanted is what must be there: the answers of the Hub are those of one moment. Each byte is hashed by now.
      const seen = before
        ? { ...before, files: filesAt(context, model, before.wanted, true) }
        : await look(context, model, trusts(context), tell);
      const { wanted, files, origin, libraries } = seen;
      const wrong = files.filter(({ state }) => state === 'wrong');
      if (!before) await refusePersonsFiles(context, model, wanted, wrong, tell ?? (() => undefined));
      const data = downloadData(context, model, wanted, files);
      const done = files.every(({ state }) => state === 'ok');
      const at = `${shown(context.root, model.folder)} at commit ${wanted.commit.slice(0, 12)}${foreignWords(wanted)}`;
      if (done) {
        const moved = await movedTo(context, model, wanted.commit);
        const finding: Finding = {
          state: 'done',
          found: `${plural(files.length, 'file')}, ${bytes(data.totalBytes)} in ${at}, every hash checked`,
          data,
          ...(context.option('plan') === undefined ? {} : { table: downloadTable(context, wanted, files, data) }),
        };
        const broken = brokenWeights(context.host, model, wanted);
        if (!moved) return { ...finding, ...(broken ? { warning: broken } : {}), seen };
        const follow = `\`${model.revision}\` of \`${model.repo}\` is at ${moved.slice(0, 12)} now; \`npx just model:download --model=${model.asked} --update\` follows it`;
        const warning = [broken, follow].filter((each) => each !== undefined).join('; ');
        return { ...finding, warning, data: { ...data, movedTo: moved }, seen };
      }
      if (files.some(({ state, isSaid }) => state !== 'ok' && !isSaid))
        await refuseWithoutSpace(context, model.folder, data.remainingBytes);
      const holder = await readLockOwner(context.host, lockFile(model.folder));
      const found = foundOf(context, model, { files, origin, libraries, wanted }, data) + (holder ? `; ${holder} is at work on it` : '');
      return { state: 'todo', found, data, table: downloadTable(context, wanted, files, data), seen };
    },
    async plan(context, seen) {
      if (!seen) return [];
      const trust = trusts(context);
      return [
        {
          title: titleOf(model, seen.files, seen.origin) + personsNote(context, model, seen.files),
          run: (_, progress) =>
            withFolderLock(context, model.folder, progress, async (waited) => {
              // The other run may have brought it all, and have recorded the commit of its own moment.
              if (waited) Object.assign(seen, await look(context, model, trust, progress));
              const { wanted, origin } = seen;
              await ensureModel(context, model, wanted, { origin, trust }, progress);
            }),
        },
      ];
    },
  };
}

/** @param trust false to take no proof for the hash of a file */
const filesAt = (context: Context, { folder }: Model, { files: wanted, commit }: Manifest, trust: boolean): LocalFile[] =>
  wanted.map((file) => lookAtFile(context, folder, commit, file, trust));

/** The records of the folder, where they say all; else another folder of this machine, where one is named; else the Hub. */
async function look(
  context: Context,
  model: Model,
  trust: boolean,
  tell: (progress: Progress) => void = () => undefined,
): Promise<DownloadSeen> {
  const recorded = manifestFromRecord(context, model);
  const origin = localSourceOf(context, model, recorded?.commit);
  if (recorded) {
    refuseUnloadable(context, model, recorded);
    const files = filesAt(context, model, recorded, trust);
    if (files.every(({ state }) => state === 'ok' || state === 'unchecked'))
      return { wanted: recorded, files, origin, libraries: 'unknown' };
  }
  if (!offlineBy(context.host)) hubOf(context).requests.patience.tell = (text) => tell({ text, atOnce: true });
  const bySource = origin && (await manifestFromSource(context, model, origin));
  if (bySource) {
    refuseUnloadable(context, model, bySource);
    const files = filesAt(context, model, bySource, trust);
    refuseSourceWithoutWeights(model, files, origin);
    const first = files.find(({ file, state }) => state !== 'ok' && state !== 'unchecked' && origin.place(file) === undefined);
    // What the folder lacks comes from the Hub: whether it may is asked before the first byte.
    if (first) {
      refuseOffline(context, model, lacksWords(origin, [first.file]));
      await hubOf(context).probe(model, bySource.commit, first.file.path);
    }
    await assertFolderFree(context, model, bySource);
    return { wanted: bySource, files, origin, libraries: await compatibilityOf(context, model, bySource, origin) };
  }
  const lacks = recorded ? `files of \`${model.repo}\` are missing` : `no list of the files of \`${model.repo}\` is on this machine`;
  refuseOffline(context, model, origin && !recorded ? `${origin.name} has no list of its files and their hashes` : lacks);
  const wanted = await manifestFromHub(context, model);
  refuseUnloadable(context, model, wanted);
  await assertFolderFree(context, model, wanted);
  const libraries = await compatibilityOf(context, model, wanted);
  const files = filesAt(context, model, wanted, trust);
  const source = localSourceOf(context, model, wanted.commit);
  if (source) refuseSourceWithoutWeights(model, files, source);
  return { wanted, files, origin: source, libraries };
}

/** Who names a folder does not ask for gigabytes from the Hub. @throws UserError E_MODEL_SOURCE */
function refuseSourceWithoutWeights({ asked, repo }: Model, files: readonly LocalFile[], { name, place, otherSize }: LocalSource): void {
  const missing = files.filter(({ file, state }) => state !== 'ok' && state !== 'unchecked' && isWeights(file.path));
  if (missing.length === 0 || missing.some(({ file }) => place(file) !== undefined || otherSize(file) !== undefined)) return;
  const size = bytes(missing.reduce((sum, { file }) => sum + file.size, 0));
  throw new UserError({
    code: 'E_MODEL_SOURCE',
    found: `${name} has none of the weights of \`${repo}\` that are missing: ${some(missing.map(({ file }) => `\`${file.path}\``))} (${size})`,
    needed: 'a folder with its weights',
    fix: `name that folder, or leave it out: \`npx just model:download --model=${asked}\` fetches them from the Hub`,
  });
}

const isWeights = (file: string): boolean => /\.(?:safetensors|bin|gguf)$/.test(file);
