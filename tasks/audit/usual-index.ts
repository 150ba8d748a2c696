import type { Context } from '../engine/context';
import { fetching } from '../environments/python/outside';
import type { EnvironmentDefinition } from '../environments/venv/definition';
import { toolsFor } from '../environments/venv/tools';

/**
 * The index that uv or pip takes packages from where none is set, as its own help names it: theirs to know, and a build of a
 * distribution may have another one.
 * @returns `undefined` where neither is here, or says it
 */
export async function usualIndex(context: Context, definition: EnvironmentDefinition): Promise<string | undefined> {
  const { uv, search } = await toolsFor(context, definition);
  const python = search.python ?? search.any;
  const asked = uv
    ? { command: uv.command, args: ['pip', 'install', '--help'] }
    : python?.interpreter.hasPip
      ? { command: python.command, args: [...python.args, '-m', 'pip', 'help', 'download'] }
      : undefined;
  if (!asked) return undefined;
  const { stdout } = await context.host.processes.run(asked.command, asked.args, { ...fetching(context), timeoutMs: 20_000 });
  // uv: `(by default: <ADDRESS>)`; pip: `(default ADDRESS)`, wrapped where it stands.
  return /\bdefault:?\s+<?(https?:\/\/[^\s<>)]+)/.exec(stdout)?.[1];
}
