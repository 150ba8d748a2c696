import { behindString } from '../../untrusted/python-json';

/** How deep a row may be nested: json of Python goes about 990 deep within a usual program. */
export const deepest = 900;

/** How deep the brackets of a JSON text are nested. */
export function depthOf(text: string): number {
  let [depth, most] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = behindString(text, at) - 1;
    else if (character === '{' || character === '[') most = Math.max(most, ++depth);
    else if (character === '}' || character === ']') depth--;
  }
  return most;
}
