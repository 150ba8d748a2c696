import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { projectPaths, shown } from '../../engine/paths';
import { hide, partsOf } from '../../untrusted/secrets';

/** A token and where it was found; the value goes into a header and nowhere else. */
export interface Token {
  value: string;
  from: string;
}

/** The token, in the order of huggingface_hub: variables, the file that a variable names, the file of `hf auth login`. */
export function findToken(context: Context): Token | undefined {
  const { env, files } = context.host;
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const value = env[name]?.trim();
    if (value) return { value, from: name };
  }
  for (const file of tokenFiles(context)) {
    const value = files.readText(file)?.trim();
    if (!value) continue;
    // No variable that is called like a secret holds this one.
    hide(partsOf(value));
    return { value, from: `\`${shown(context.root, file)}\`` };
  }
  return undefined;
}

/** The files that may hold a token, first the one that counts most. */
export function tokenFiles(context: Context): string[] {
  const { env } = context.host;
  if (env.HF_TOKEN_PATH) return [env.HF_TOKEN_PATH];
  return [...new Set([...hubHomes(context), projectPaths(context).hf_home])].map((home) => path.join(home, 'token'));
}

/** Where Hugging Face's own libraries keep their things on this machine: `HF_HOME`, else the user's cache. */
export function hubHomes({ host: { env, home } }: Context): string[] {
  if (env.HF_HOME) return [env.HF_HOME];
  const cache = env.XDG_CACHE_HOME || (home && path.join(home, '.cache'));
  return cache ? [path.join(cache, 'huggingface')] : [];
}
