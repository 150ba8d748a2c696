import type { RunOptions, RunResult } from '../platform/processes/run';
import type { Context } from './context';

/** Variables that point git at another repository, as in a hook (`git rev-parse --local-env-vars`); what configures it stays. */
const elsewhere = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
];
/** Programs that the configuration of a checkout may name, and that a look would start (git-config(1)). */
const noPrograms = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];

/** Asks git about this project. It writes nothing, and starts nothing that the checkout names. */
export function askGit(
  { host, root }: Pick<Context, 'host' | 'root'>,
  args: readonly string[],
  options: Omit<RunOptions, 'cwd' | 'env' | 'input'> = {},
): Promise<RunResult> {
  const none = Object.fromEntries(elsewhere.map((name) => [name, undefined]));
  return host.processes.ask('git', ['--no-pager', ...noPrograms, '-c', 'core.quotePath=false', ...args], {
    cwd: root,
    env: { ...none, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
    timeoutMs: 60_000,
    ...options,
  });
}
