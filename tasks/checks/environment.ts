import * as path from 'node:path';
import type { Context } from '../core/context';
import { sha256 } from '../core/hash';
import type { Inputs } from '../core/state';
import type { Finding } from '../core/step';
import { type EnvironmentDefinition, pythonIn, sitePackagesIn, targetOf } from '../venv/index';

/** What an environment is, without starting it: its program, its packages, and its list of libraries. */
export function environmentInputs(context: Context, definition: EnvironmentDefinition): Inputs | undefined {
  const { host, root } = context;
  const folder = targetOf(context, definition);
  const python = host.files.realPath(pythonIn(context, folder));
  if (!python) return undefined;
  const sitePackages = sitePackagesIn(context, folder, definition.pythonVersion);
  const program = host.files.stat(python);
  return {
    [definition.path]: sha256(`${host.files.stat(sitePackages)?.ino}\n${host.files.list(sitePackages).filter(isPackage).join('\n')}`),
    python: sha256(`${python} ${program?.size} ${program?.mtimeMs}`),
    [definition.requirements]: sha256(host.files.readText(path.resolve(root, definition.requirements)) ?? ''),
  };
}

const isPackage = (entry: string): boolean => entry !== '__pycache__';

/** The environment is not there yet. */
export function absent(definition: EnvironmentDefinition): Finding {
  return { state: 'todo', found: `\`${definition.path}\` is not there or has no Python`, fix: `\`npx just ${definition.task}\`` };
}

/** Its Python cannot be used: the task that brings the environment builds it again. */
export function brokenPython({ task }: EnvironmentDefinition, found: string): Finding {
  return { state: 'todo', code: 'E_PYTHON_BROKEN', found, fix: `\`npx just ${task}\` builds it again` };
}
