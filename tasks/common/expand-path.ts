import * as path from 'node:path';

/** What a path's `~` and `$NAME` stand for. */
interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  home: string | undefined;
}

/** A path as Python's `os.path.expandvars(os.path.expanduser(…))` reads it; what is not set stays as it is written. */
export function expandPath({ env, home }: Surroundings, text: string): string {
  const atHome = home !== undefined && (text === '~' || text.startsWith('~/')) ? path.join(home, text.slice(1)) : text;
  return atHome.replace(/\$(?:(\w+)|\{([^}]*)\})/g, (whole, name?: string, braced?: string) => env[name ?? braced ?? ''] ?? whole);
}
