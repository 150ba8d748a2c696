/**
 * A pattern as rsync reads it, for transfers that are not rsync's: `*` and `?` stop at `/`, `**` does not, `/` in
 * front anchors it at the folder that travels, `/` at the end means a folder and all that is in it.
 */
export function patternMatches(pattern: string, name: string): boolean {
  const known = compiled.get(pattern);
  if (known) return known.test(name);
  const made = compile(pattern);
  compiled.set(pattern, made);
  return made.test(name);
}

/** Each is asked of every file of a folder. */
const compiled = new Map<string, RegExp>();

function compile(pattern: string): RegExp {
  const anchored = pattern.startsWith('/');
  const folder = pattern.endsWith('/');
  const body = pattern.replace(/^\/|\/$/g, '');
  const source = body.replace(/\*\*|[*?]|\[[^\]]+\]|[\\^$.|+(){}[\]]/g, (part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.startsWith('[') && part.length > 1 ? part.replace(/^\[!/, '[^') : `\\${part}`;
  });
  return new RegExp(`${anchored ? '^' : '(^|/)'}${source}${folder ? '/' : '(/|$)'}`, 's');
}

/** Does a file travel? The first pattern that fits decides; includes come first, and alone they leave out the rest. */
export function travels(
  name: string,
  { own, include, exclude }: { own: readonly string[]; include: readonly string[]; exclude: readonly string[] },
): boolean {
  if (own.some((pattern) => patternMatches(pattern, name))) return false;
  if (include.some((pattern) => patternMatches(pattern, name))) return true;
  return exclude.length > 0 ? !exclude.some((pattern) => patternMatches(pattern, name)) : include.length === 0;
}
