import type { Fault } from '../../common/errors';
import type { Context } from '../../engine/context';
import { variablePrefix } from '../../settings/read/sources';
import type { EnvironmentDefinition } from './definition';

/** The setting `python.interpreter` names a Python that does not do: it is corrected where it stands, or left out. */
export function wrongInterpreter(
  { origins }: Context,
  { pythonVersion, task }: Pick<EnvironmentDefinition, 'pythonVersion' | 'task'>,
  interpreter: string,
  why = 'is not there',
): Fault {
  const origin = origins.get('python.interpreter') ?? 'default';
  return {
    code: 'E_PYTHON_NOT_FOUND',
    found: `\`${interpreter}\`, which \`python.interpreter\` names (${origin}), ${why}`,
    needed: `a Python ${pythonVersion} that starts`,
    fix: `\`npx just ${task} --set python.interpreter=null\` looks for one by itself\n${forGood(origin, pythonVersion)}`,
  };
}

function forGood(origin: string, pythonVersion: string): string {
  if (origin === '--set')
    return `or name a Python ${pythonVersion} that starts: \`--set python.interpreter=/path/to/python${pythonVersion}\``;
  const isVariable = origin.startsWith(variablePrefix);
  return `for good: correct ${isVariable ? `or \`unset ${origin}\`` : `or remove it in ${origin}`}`;
}
