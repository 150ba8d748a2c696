/** Names that tasks and their steps have beside their own: as commands, in `--force`, and in records of earlier runs. */
const formerNames: Readonly<Record<string, string>> = {
  venv: 'env:local',
  'venv:lock': 'env:local:lock',
  conda: 'env:remote',
  'remote:lock': 'env:remote:lock',
};

/** The name that a task or a step has now. */
export const currentName = (name: string): string => (Object.hasOwn(formerNames, name) ? (formerNames[name] ?? name) : name);

/** The other name of a task, `undefined` where it has none. */
export const formerNameOf = (name: string): string | undefined => Object.keys(formerNames).find((former) => formerNames[former] === name);
