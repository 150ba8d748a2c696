import type { Context } from './engine/context';
import type { Step } from './engine/step';
import type { OptionDefinition } from './engine/task-definition';
import type { EnvironmentDefinition } from './environments/venv/definition';

/** Of a task that makes a lock: look at what is known against its packages, and change nothing. */
export const auditOption: OptionDefinition = {
  name: 'audit',
  description: 'ask OSV and the index which locked packages have known vulnerabilities or were taken back; only looks',
};

/** The step that asks, where that was wanted; loaded then alone. */
export function auditSteps(context: Context, name: string, define: (context: Context) => EnvironmentDefinition): Step[] {
  if (context.option('audit') === undefined) return [];
  return [(require('./audit/audit-step') as typeof import('./audit/audit-step')).auditStep(name, define)];
}
