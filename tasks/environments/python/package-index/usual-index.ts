import type { Context } from '../../../engine/context';
import type { Found } from '../interpreter/probe';
import { fetching } from '../outside';
import type { Uv } from '../uv';

/**
 * The index that uv or pip takes packages from where none is set: theirs to know, and a build of a distribution may have another one.
 * uv's help names it, and of pip a constant of its own (pip._internal.models.index, since pip 10), which is read in a third of the
 * time that pip's help takes; the help is asked where a pip does not have it.
 * @returns `undefined` where neither is here, or says it
 */
export async function askUsualIndex(context: Context, uv: Uv | undefined, python: Found | undefined): Promise<string | undefined> {
  const ask = async (command: string, args: readonly string[]) => {
    const { stdout } = await context.host.processes.run(command, args, { ...fetching(context), timeoutMs: 20_000 });
    // uv: `(by default: <ADDRESS>)`; pip: `(default ADDRESS)`, wrapped where it stands.
    return /\bdefault:?\s+<?(https?:\/\/[^\s<>)]+)/.exec(stdout)?.[1];
  };
  if (uv) return ask(uv.command, ['pip', 'install', '--help']);
  if (!python?.interpreter.hasPip) return undefined;
  const { command, args } = python;
  return (await ask(command, [...args, '-B', '-c', constant])) ?? ask(command, [...args, '-m', 'pip', 'help', 'download']);
}

const constant = 'from pip._internal.models.index import PyPI; print("default", PyPI.simple_url)';
