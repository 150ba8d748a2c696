import { isLive, type Reporter, type Screen, silent } from '../engine/reporter/reporter';
import type { TaskDefinition } from '../engine/task-definition';
import type { Options } from './options';
import { result, results } from './output';

/** Whether a run only looks: by its options, or because its task does. */
export const looksOnly = (
  { plan, check, given }: Pick<Options, 'plan' | 'check' | 'given'>,
  { readOnly = false }: TaskDefinition,
): boolean => plan || check || (typeof readOnly === 'function' ? readOnly((option) => given.has(option)) : readOnly);

/** Results that come one after the other, each clean. */
const lines: Screen = Object.create(results, { write: { value: result } });

/**
 * Who tells a person about a run; loaded when it is known, since every start reads this file.
 * @param screen where it says what is being done
 * @param found where it says what was found; results where it is left out
 */
export function reporterFor(screen: Screen, options: Options, definition: TaskDefinition, found = lines): Reporter {
  const plain = () => require('../engine/reporter/plain') as typeof import('../engine/reporter/plain');
  if (looksOnly(options, definition)) {
    // What a look found is in the document; what a command said, with `--verbose`, is told all the same.
    if (options.json) return { ...silent, note: plain().plainReporter(screen, screen).note };
    if (definition.renderResult) return plain().quietLookReporter(screen);
    return plain().lookReporter(screen, found);
  }
  // With `--json` stdout has the document alone.
  const told = options.json ? screen : found;
  // A live list would be torn by the lines of the commands.
  if (!isLive(screen) || options.verbose) return plain().plainReporter(screen, told);
  return (require('../engine/reporter/live') as typeof import('../engine/reporter/live')).liveReporter(screen, told);
}
