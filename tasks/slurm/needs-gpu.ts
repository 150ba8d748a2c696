/** The tasks that a compute node is for, by their options; all others run on the login node. */
const inJob: Readonly<Record<string, (has: (option: string) => boolean) => boolean>> = {
  gpu: (has) => !has('estimate'),
  train: () => true,
  // No card, but all the memory and the cores that a login node must not lose.
  'train:merge': () => true,
  validate: (has) => !has('env=local'),
  'model:verify': (has) => has('load'),
  'setup:remote': (has) => !has('for'),
};

/** @param args the options as they travel: `--load`, `--env=remote` */
export const runsInJob = (task: string, args: readonly string[]): boolean =>
  inJob[task]?.((option) => args.some((arg) => arg === `--${option}` || arg.startsWith(`--${option}=`))) ?? false;

/** Whether a task of a job looks at the GPUs of the training, or trains on them; the others need one at most. */
export const trainsInJob = (task: string): boolean => ['gpu', 'train', 'validate', 'setup:remote'].includes(task);

/** What a task of a job needs from the network, done on the login node before: each with the options that it knows. */
export function tasksBefore(task: string, args: readonly string[]): { task: string; args: string[] }[] {
  if (task !== 'setup:remote' || args.some((arg) => /^--(?:plan|check|for)\b/.test(arg))) return [];
  const common = args.filter((arg) => !/^--(?:models|no-gpu)$/.test(arg));
  return ['env:remote', ...(args.includes('--models') ? ['model:download'] : [])].map((each) => ({ task: each, args: common }));
}

/** The option by which a node proves what differs from node to node, and nothing that all share. */
export const onlyThisNode = 'here';

/** `validate` of several nodes as one of them runs it. A proof that another node left in the project is none of its own: it is made anew. */
export function onOneNode(command: readonly string[]): string[] {
  const forced = command.filter((arg) => arg.startsWith('--force='));
  const rest = command.filter((arg) => !/^--(?:force|nodes)(?:=|$)/.test(arg));
  const force = command.includes('--force')
    ? '--force'
    : `--force=${[...forced.map((arg) => arg.slice('--force='.length)), 'train'].join(',')}`;
  return [...rest, `--nodes=${onlyThisNode}`, ...(command.includes('--train') ? [force] : [])];
}
