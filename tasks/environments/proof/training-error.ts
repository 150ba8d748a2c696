import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { breakageIn } from '../../knowledge/conflicts';
import { remoteEnvironment } from '../profile/profile';
import { loaderFault } from '../python/loader-fault';
import { noRoomLeft } from '../python/no-room';
import { deviceOf } from './device';
import { trainingFix } from './fix';
import type { ProgramEnd } from './run-program';

/** What failed: its code where nothing more is known, in words, and what is needed. */
export interface Failed {
  code: string;
  what: string;
  needed: string;
  /** What to do where nothing more is known. */
  fix?: string;
  /** The same where the error says nothing of the environment or the card. Without either: to look at the layers, or to build it again. */
  elsewhere?: string;
  /** It runs on the processor, whatever the machine has. */
  onProcessor?: boolean;
  /** Folders that it writes to. */
  writes?: readonly string[];
}

/** The words of the error that ended a training program; absent a result, how Python ended. */
export const errorText = ({ result, ran }: Pick<ProgramEnd<{ ok: true }>, 'result' | 'ran'>): string =>
  (result && !result.ok ? result.error : undefined) ??
  (ran.timedOut ? 'it did not end in time' : `Python ended with exit code ${ran.exitCode}`);

/** Why a training program failed: a full disk, a known breakage, a library that does not load, a full card, or what it said. */
export async function trainingError(context: Context, ended: ProgramEnd<{ ok: true }>, failed: Failed): Promise<UserError> {
  const { result, ran } = ended;
  const { tail } = ran;
  const error = errorText(ended);
  const breakage = breakageIn(`${error}\n${tail}`);
  const loader = breakage ? undefined : loaderFault(context.host, `${error}\n${tail}`);
  const rank = result && !result.ok ? result.rank : undefined;
  const who = rank === undefined ? '' : ` in process ${rank}${ended.cards[rank] ? `, ${ended.cards[rank]},` : ''}`;
  const stage = result && !result.ok ? ` at stage \`${result.stage}\`` : '';
  const full = await noRoomLeft(context, `${error}\n${tail}`, `${failed.what}${who}${stage}`, failed.writes ?? []);
  if (full) return full;
  const said = breakage ? `${breakage.means} (${error.slice(0, 200)})` : (loader?.found ?? error.slice(0, 400));
  return new UserError({
    code: breakage?.code ?? loader?.code ?? (isOutOfMemory(error) ? 'E_GPU_BUSY' : failed.code),
    found: `${failed.what}${who}${stage}: ${said}`,
    needed: failed.needed,
    tail,
    fix: breakage
      ? trainingFix(breakage.cure, (await remoteEnvironment(context)).requirements)
      : (loader?.fix ?? failed.fix ?? lookFurther(context, ended, failed)),
  });
}

export const isOutOfMemory = (error: string): boolean => /out of memory/i.test(error);

/** What an error says of the libraries: one is not there, or has another shape than it should. */
const ofLibraries =
  /^(?:ImportError|ModuleNotFoundError|NotImplementedError|RuntimeError: Failed to import)|unexpected keyword argument|^AttributeError: (?:partially initialized )?module |undefined symbol|shared object|\.so[.:\d]*\b|is not installed|requires? the \S+ library/i;

/** What an error says of the card and what drives it. */
const ofCard = /\bcuda|cublas|cudnn|\bnccl|nvidia|no kernel image/i;

/** Python that left no word says that a library crashed. */
function saysOfEnvironment({ result, ran }: ProgramEnd<{ ok: true }>, error: string): boolean {
  if (!result) return !ran.timedOut;
  return ofLibraries.test(error) || (!result.ok && result.stage === 'import');
}

function lookFurther(context: Context, ended: ProgramEnd<{ ok: true }>, { elsewhere, onProcessor = false }: Failed): string {
  const error = errorText(ended);
  const isOnCard = deviceOf(context) !== 'cpu' && !onProcessor;
  if (elsewhere !== undefined && !saysOfEnvironment(ended, error) && !(isOnCard && ofCard.test(error))) return elsewhere;
  return deviceOf(context) === 'gpu' && !onProcessor
    ? '`npx just gpu` shows the layer that is broken'
    : '`npx just env:remote --force` builds the environment again';
}
