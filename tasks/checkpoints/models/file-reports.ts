import { plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import { projectPaths, shown } from '../../engine/paths';
import { moveCommand } from '../folder/shadows';
import type { Expectation } from './expected';
import type { ScanResult } from './fault';
import { cureOf, type Sameness } from './of-the-commit';
import { type CheckpointProblem, checkpointFix, type FileReport } from './problems';
import type { Subject } from './subject';

/** Every expected file and every extra one, in the order of their names. */
export function reportsOf(
  context: Context,
  { expected, extra, tree }: Expectation,
  { faults }: ScanResult,
  { remedy, folder }: Subject,
  same: ReadonlyMap<string, Sameness>,
): FileReport[] {
  const [there, adapters] = [shown(context.root, folder), shown(context.root, projectPaths(context).adapters_dir)];
  return [...expected.map(({ path }) => path), ...extra].sort().map((path) => {
    const fault = faults.get(path);
    if (!fault) return { path, state: 'ok' };
    const { problem, message } = fault;
    const sameness = same.get(path);
    if (sameness)
      return {
        path,
        state: 'bad',
        problem,
        message: sameness === 'hash' ? `${message}; the repository has it so, size and hash are the commit's` : message,
        fix: cureOf(sameness, tree?.repo, remedy.repair),
      };
    return {
      path,
      state: stateOf(problem),
      problem,
      message,
      fix: problem === 'shadows' ? moveCommand(path, there, adapters) : checkpointFix(problem, path, remedy),
    };
  });
}

const stateOf = (problem: CheckpointProblem): FileReport['state'] =>
  ['missing', 'broken-link', 'no-tokenizer'].includes(problem) ? 'missing' : ['extra', 'extra-pickle'].includes(problem) ? 'extra' : 'bad';

/** What lies there and is loaded by nobody. */
export function extraWarning(files: readonly FileReport[], { weights }: Expectation): string[] {
  const extra = files.filter(({ state }) => state === 'extra').map(({ path }) => path);
  const [idle, other] = [extra.filter((path) => weights.unused.has(path)), extra.filter((path) => !weights.unused.has(path))];
  return [
    ...(idle.length > 0
      ? [
          `${plural(idle.length, 'file')} that transformers does not load: ${some(idle.map((path) => `\`${path}\` (${weights.unused.get(path)})`))}`,
        ]
      : []),
    ...(other.length > 0
      ? [`${plural(other.length, 'file')} that the model does not need: ${some(other.map((path) => `\`${path}\``))}`]
      : []),
  ];
}
