import * as path from 'node:path';
import { sha256 } from '../common/hash';
import type { Context } from '../engine/context';
import type { Inputs } from '../engine/state';
import type { Finding } from '../engine/step';
import { fingerprintOf } from '../environments/prefix/fingerprint';
import { type EnvironmentDefinition, targetOf } from '../environments/venv/index';

/** What a proof about an environment rests on: its Python, its packages, and its list of libraries; `undefined` before it is there. */
export function environmentInputs(context: Context, definition: EnvironmentDefinition): Inputs | undefined {
  const { host, root } = context;
  const fingerprint = fingerprintOf(host, targetOf(context, definition));
  return (
    fingerprint && {
      [definition.path]: fingerprint.packages,
      python: fingerprint.python,
      [definition.requirements]: sha256(host.files.readText(path.resolve(root, definition.requirements)) ?? ''),
    }
  );
}

/** The environment is not there yet. */
export function absent(definition: EnvironmentDefinition): Finding {
  return { state: 'todo', found: `\`${definition.path}\` is not there or has no Python`, fix: `\`npx just ${definition.task}\`` };
}

/** Its Python cannot be used: the task that brings the environment builds it again. */
export function brokenPython({ task }: EnvironmentDefinition, found: string): Finding {
  return { state: 'todo', code: 'E_PYTHON_BROKEN', found, fix: `\`npx just ${task} --force\` builds it again` };
}
