import { UserError } from '../../common/errors';
import { commandOf } from '../../engine/command';
import type { Context } from '../../engine/context';
import type { RunResult } from '../../platform/processes/run';
import type { Machine, Runtime } from '../machine';

/** It ended by itself, and neither the link nor a signal ended it. */
export const hasCode = ({ timedOut, exitCode }: RunResult): boolean => !timedOut && exitCode >= 0 && exitCode !== 255;

/** The Node there tells its version, and does not start just-lora. */
export function nodeFault(context: Context, { remote: { name } }: Machine, { node }: Runtime, result: RunResult): UserError {
  const how = hasCode(result) ? `ended with exit code ${result.exitCode}` : result.timedOut ? 'did not answer' : 'was ended twice';
  return new UserError({
    code: 'E_MACHINE_NODE',
    found: `Node at \`${node}\` on \`${name}\` ${how} when it was to start just-lora`,
    needed: 'a Node that runs there',
    ...(result.stderr.trim() ? { tail: result.stderr } : {}),
    fix: `\`${commandOf(context, context.task, { force: 'node' })}\` brings one and uses it from then on`,
  });
}
