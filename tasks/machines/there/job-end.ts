import type { Fault } from '../../common/errors';
import { endedBySlurm, endedByState, hasEndedState } from '../../slurm/job-faults';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { asked } from './srun';

/** How often, and after how many milliseconds again, the controller is asked how a job ended. */
const [stateQuestions, stateMs] = [30, 500];

/** The exit code that a line of the task tells; `undefined` where it tells none. */
export function exitCodeIn(line: string): number | undefined {
  const { event, code } = fieldsOf(line.startsWith('{"event":"exit"') ? tryParse(line) : undefined) ?? {};
  return event === 'exit' && typeof code === 'number' ? code : undefined;
}

/**
 * What ended a job, where that was neither the task nor somebody here. srun may end before it hears why, with 0 too, and the controller
 * may hear of the end later than srun, or be too busy to answer at once.
 * @param id the job, where it has begun @param told exit code that the task told @param code of srun @param said what srun wrote
 */
export async function endedByOthers(
  id: string,
  { told, code }: { told: number | undefined; code: number | null },
  said: string,
): Promise<Fault | undefined> {
  if (told === 0) return undefined;
  const fault = endedBySlurm(said);
  // What a task finds wrong has a code of its own; a signal, or no word at all, may be anybody's.
  const own = told ?? (code || null);
  if (fault || id === '' || (own !== null && own < 128)) return fault;
  for (let left = stateQuestions; ; left -= 1) {
    const shown = await asked('scontrol', ['show', 'job', id]);
    if (hasEndedState(shown) || left === 1) return endedByState(shown, said);
    await new Promise((resolve) => setTimeout(resolve, stateMs));
  }
}
