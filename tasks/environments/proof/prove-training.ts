import * as path from 'node:path';
import { faultOf, Interrupted, UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { scratchFolder } from '../../engine/scratch';
import type { Progress } from '../../engine/step';
import type { Gpu } from '../../gpu/driver/query-driver';
import { shapesOf } from '../../gpu/look';
import { targetsFault } from '../../gpu/memory/targets-fault';
import { cardName, placementOf, trainingCards } from './placement';
import { runTraining, type TrainResult } from './run-training';
import { knowsProcesses } from './training-script';

/** How one of several cards trained by itself, or with which code it did not. */
export interface CardProof {
  name: string;
  index: number;
  uuid: string | null;
  secondsPerStep?: number;
  code?: string;
  found?: string;
}

/** How several processes trained the rows that one had trained in turn. */
export interface TogetherProof {
  processes: number;
  secondsPerStep: number;
  /** How far their adapter is from that of the one, as a share of its weights, and how far it may be. */
  distance: number;
  allowedDistance: number;
}

/** The proof: what the first card did, each of several by itself, and all together. */
export interface TrainingProof extends TrainResult {
  cards: CardProof[];
  together?: TogetherProof;
  /** What is wrong with cards that this training does without. */
  warning?: string;
}

/**
 * Trains five steps on each card by itself, side by side, and where there are several or `training.processes` asks for them once with all
 * together. A card that the training takes must do it; of another it is told as a warning.
 * @throws UserError E_TARGET_MODULES, E_PROCESSES, E_TRAIN, E_TRAIN_TOGETHER, E_GPU_BUSY, or the code of a known breakage
 */
export async function proveTraining(context: Context, progress: (progress: Progress) => void): Promise<TrainingProof> {
  const wrong = targetsFault(await shapesOf(context), context.settings.training.lora.target_modules);
  if (wrong) throw new UserError(wrong);
  const placement = await placementOf(context);
  const cards = await trainingCards(context);
  const isAsked = placement.processes > 1;
  const all = isAsked ? placement : { cards, processes: knowsProcesses(context) ? Math.max(1, cards.length) : 1 };
  const folder = await scratchFolder(context.host, 'proof');
  const runIn = (name: string) => {
    const made = path.join(folder, name);
    context.host.files.makeFolder(made);
    return made;
  };
  try {
    const alone = await eachAlone(context, cards, all.processes, runIn, progress);
    const needed = isAsked ? placement.processes : 1;
    const failed = alone.slice(0, needed).find(({ error }) => error);
    if (failed?.error) throw failed.error;
    const [first] = alone;
    if (!first?.result) throw new Error('no card was tried');
    const result = { ...first.result, cards: cards.length > 1 ? alone.map(cardProofOf) : [] };
    const broken = alone.flatMap(({ error }) => (error ? [textOf(error)] : []));
    if (broken.length > 0 && !isAsked) return { ...result, warning: broken.join('; ') };
    const warned = broken.length > 0 ? { warning: broken.join('; ') } : {};
    if (all.processes < 2) return { ...result, ...warned };
    try {
      const reference = path.join(folder, '0');
      return { ...result, ...warned, together: await allTogether(context, { ...all, reference, folder: runIn('all') }, progress) };
    } catch (error) {
      if (isAsked || !(error instanceof UserError)) throw error;
      return { ...result, warning: textOf(error) };
    }
  } finally {
    context.host.files.remove(folder);
  }
}

/** What came of one card. */
interface Alone {
  card: Gpu | undefined;
  result?: TrainResult;
  error?: UserError;
}

/** Each of several cards by itself; else one run, on the first card or the processor. */
async function eachAlone(
  context: Context,
  cards: readonly Gpu[],
  processes: number,
  runIn: (name: string) => string,
  progress: (progress: Progress) => void,
): Promise<Alone[]> {
  const several = cards.length > 1;
  const run = async (card: Gpu | undefined, at: number): Promise<Alone> => {
    const on = { cards: card ? [card] : [], processes: 1 };
    const tell = ({ text = '' }: Progress) => progress({ text: card ? `GPU ${card.index}: ${text}` : text });
    try {
      return { card, result: await runTraining(context, { folder: runIn(String(at)), on, processes }, tell) };
    } catch (error) {
      if (error instanceof Interrupted || !(error instanceof UserError)) throw error;
      return { card, error: card ? ofCard(card, error) : error };
    }
  };
  const ended = await Promise.allSettled((several ? cards : [undefined]).map(run));
  // Only once all of them have ended: they write into a folder that is removed.
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** The same error, which says of which card it is. */
const ofCard = (card: Gpu, error: UserError): UserError =>
  new UserError({ ...faultOf(error), found: `${cardName(card)}: ${faultOf(error).found}` }, error.exitCode);

const textOf = (error: UserError): string => `${error.fault.found} (${error.fault.code})`;

const cardProofOf = ({ card, result, error }: Alone): CardProof => ({
  name: card ? cardName(card) : 'cpu',
  index: card?.index ?? 0,
  uuid: card?.uuid ?? null,
  ...(result ? { secondsPerStep: result.secondsPerStep } : {}),
  ...(error ? { code: error.fault.code, found: error.fault.found } : {}),
});

async function allTogether(
  context: Context,
  { cards, processes, folder, reference }: { cards: readonly Gpu[]; processes: number; folder: string; reference: string },
  progress: (progress: Progress) => void,
): Promise<TogetherProof> {
  const failed = {
    code: 'E_TRAIN_TOGETHER',
    what: `training in ${processes} processes together failed`,
    needed: 'the adapter that one process makes of the same rows',
    fix: '`--set training.processes=1` trains on one card\nor `NCCL_DEBUG=INFO npx just validate --env=remote --train --force=train --verbose` shows how the cards reach each other',
  };
  const run = { folder, on: { cards, processes }, processes, reference, failed };
  const told = await runTraining(context, run, ({ text = '' }) => progress({ text: `all together: ${text}` }));
  const { secondsPerStep, distance = Number.NaN, allowedDistance = Number.NaN } = told;
  return { processes, secondsPerStep, distance, allowedDistance };
}
