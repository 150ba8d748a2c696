import type { Context } from '../core/context';
import { usageError } from '../core/errors';
import { holderOf } from '../core/lock';
import { shown } from '../core/paths';
import type { Finding, Step } from '../core/step';
import { bytes, plural } from '../core/text';
import { bringModel, refuseOffline } from './bring';
import { dataOf, foundOf, rateOf, tableOf, titleOf } from './download-report';
import { holdingFolder } from './folder/folder-lock';
import { lockFile } from './folder/layout';
import { type LocalFile, lookAt } from './folder/local';
import { refuseOccupied } from './folder/occupied';
import { hubOf } from './hub';
import { type Model, modelsOf } from './models';
import { type Origin, originOf } from './origin';
import { movedTo, type Wanted, wantedByHub, wantedByRecord } from './plan';
import { refuseWithoutSpace } from './space';
import { librariesOf } from './versions';
import { wantedBySource } from './wanted-by-source';

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
interface Look {
  wanted: Wanted;
  files: LocalFile[];
  origin: Origin | undefined;
  /** How the libraries of the environment are: `new enough`, `unknown`. */
  libraries: string;
}

function downloadStep(model: Model): Step {
  // One look at the Hub serves the plan, the run and its check after: the answers are those of one moment.
  let asked: Promise<{ wanted: Wanted; libraries: string }> | undefined;
  let sourced: Promise<Wanted | undefined> | undefined;
  let granted: Promise<void> | undefined;
  // `--repair` and `--force` trust no proof until each byte was hashed in this run.
  let isRepaired = false;
  const distrusts = (context: Context) =>
    !isRepaired && (context.option('repair') !== undefined || context.forced(`download:${model.name}`));

  async function look(context: Context): Promise<Look> {
    const { host } = context;
    const trust = !distrusts(context);
    const at = (wanted: Wanted) => wanted.wanted.map((file) => lookAt(host, model.folder, wanted.commit, file, trust));
    const recorded = wantedByRecord(context, model);
    const origin = originOf(context, model, recorded?.commit);
    if (recorded) {
      const files = at(recorded);
      if (files.every(({ state }) => state === 'ok' || state === 'unchecked'))
        return { wanted: recorded, files, origin, libraries: 'unknown' };
    }
    if (origin) sourced ??= wantedBySource(context, model, origin);
    const bySource = await sourced;
    if (origin && bySource) {
      const files = at(bySource);
      const first = files.find(({ file, state }) => state !== 'ok' && state !== 'unchecked' && origin.place(file.path) === undefined);
      // What the folder lacks comes from the Hub: whether it may is asked before the first byte.
      if (first) {
        refuseOffline(context, model, `\`${first.file.path}\` is not in ${origin.name}`);
        granted ??= hubOf(context).probe(model, bySource.commit, first.file.path);
        await granted;
      }
      await refuseOccupied(context, model, bySource);
      return { wanted: bySource, files, origin, libraries: 'unknown' };
    }
    const lacks = recorded ? `files of \`${model.repo}\` are missing` : `no list of the files of \`${model.repo}\` is on this machine`;
    refuseOffline(context, model, origin && !recorded ? `${origin.name} has no list of its files and their hashes` : lacks);
    asked ??= askHub(context);
    const { wanted, libraries } = await asked;
    return { wanted, files: at(wanted), origin: originOf(context, model, wanted.commit), libraries };
  }

  async function askHub(context: Context) {
    const wanted = await wantedByHub(context, model);
    await refuseOccupied(context, model, wanted);
    return { wanted, libraries: await librariesOf(context, model, wanted) };
  }

  return {
    name: `download:${model.name}`,
    title: `Download ${model.name}`,
    async check(context) {
      const { wanted, files, origin, libraries } = await look(context);
      const data = dataOf(context, model, wanted, files);
      const done = files.every(({ state }) => state === 'ok');
      const at = `${shown(context.root, model.folder)} at commit ${wanted.commit.slice(0, 12)}`;
      if (done) {
        const moved = await movedTo(context, model, wanted.commit);
        const finding: Finding = {
          state: 'done',
          found: `${plural(files.length, 'file')}, ${bytes(data.totalBytes)} in ${at}, every hash checked`,
          data,
          ...(context.option('plan') === undefined ? {} : { table: tableOf(context, wanted, files, data) }),
        };
        if (!moved) return finding;
        const warning = `\`${model.revision}\` of \`${model.repo}\` is at ${moved.slice(0, 12)} now; \`npx just model:download --model=${model.asked} --update\` follows it`;
        return { ...finding, warning, data: { ...data, movedTo: moved } };
      }
      await refuseWithoutSpace(context, model.folder, data.remainingBytes);
      const holder = await holderOf(context.host, lockFile(model.folder));
      const found = foundOf(context, model, { files, origin, libraries, wanted }, data) + (holder ? `; ${holder} is at work on it` : '');
      return { state: 'todo', found, data, table: tableOf(context, wanted, files, data) };
    },
    async plan(context) {
      const seen = await look(context);
      const trust = !distrusts(context);
      return [
        {
          title: titleOf(model, seen.files, seen.origin),
          run: (_, progress) =>
            holdingFolder(context, model.folder, progress, async (waited) => {
              // The other run may have brought it all, and have recorded the commit of its own moment.
              if (waited) [asked, sourced] = [undefined, undefined];
              const { wanted, origin } = waited ? await look(context) : seen;
              await bringModel(context, model, wanted, { origin, trust }, progress);
              isRepaired = true;
            }),
        },
      ];
    },
  };
}
