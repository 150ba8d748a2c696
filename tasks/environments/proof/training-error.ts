import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { breakageIn } from '../../knowledge/conflicts';
import { remoteEnvironment } from '../profile/profile';
import { loaderFault } from '../python/loader-fault';
import { deviceOf } from './device';
import { trainingFix } from './fix';
import type { ProgramEnd } from './run-program';

/** What failed: its code where nothing more is known, in words, and what is needed. */
export interface Failed {
  code: string;
  what: string;
  needed: string;
  /** What to do where nothing more is known; to look at the layers, or to build the environment again, where it is left out. */
  fix?: string;
}

/** The words of the error that ended a training program; absent a result, how Python ended. */
export const errorText = ({ result, ran }: Pick<ProgramEnd<{ ok: true }>, 'result' | 'ran'>): string =>
  (result && !result.ok ? result.error : undefined) ??
  (ran.timedOut ? 'it did not end in time' : `Python ended with exit code ${ran.exitCode}`);

/** Why a training program failed: a known breakage, a library that does not load, a full card, or what it said. */
export async function trainingError(context: Context, ended: ProgramEnd<{ ok: true }>, failed: Failed): Promise<UserError> {
  const { result, ran } = ended;
  const { tail } = ran;
  const error = errorText(ended);
  const breakage = breakageIn(`${error}\n${tail}`);
  const loader = breakage ? undefined : loaderFault(context.host, `${error}\n${tail}`);
  const rank = result && !result.ok ? result.rank : undefined;
  const who = rank === undefined ? '' : ` in process ${rank}${ended.cards[rank] ? `, ${ended.cards[rank]},` : ''}`;
  const stage = result && !result.ok ? ` at stage \`${result.stage}\`` : '';
  const said = breakage ? `${breakage.means} (${error.slice(0, 200)})` : (loader?.found ?? error.slice(0, 400));
  return new UserError({
    code: breakage?.code ?? loader?.code ?? (isOutOfMemory(error) ? 'E_GPU_BUSY' : failed.code),
    found: `${failed.what}${who}${stage}: ${said}`,
    needed: failed.needed,
    tail,
    fix: breakage
      ? trainingFix(breakage.cure, (await remoteEnvironment(context)).requirements)
      : (loader?.fix ?? failed.fix ?? lookFurther(context)),
  });
}

export const isOutOfMemory = (error: string): boolean => /out of memory/i.test(error);

const lookFurther = (context: Context): string =>
  deviceOf(context) === 'gpu'
    ? '`npx just gpu` shows the layer that is broken'
    : '`npx just env:remote --force` builds the environment again';
