import * as path from 'node:path';
import { expandPath } from '../../common/expand-path';
import type { Context } from '../../engine/context';
import { projectPaths, shown } from '../../engine/paths';
import { hide, partsOf } from '../../untrusted/secrets';
import { readTokenFile } from './token-file';

/** A token and where it was found; the value goes into a header and nowhere else. */
export interface Token {
  value: string;
  from: string;
  /** The variables that hold one, the one that counts first; `file` where none does. */
  place: readonly string[] | 'file';
  /** Where the machine that sent it for this run had it from. */
  sentFrom?: string;
  /** When it ended: one of a login in the browser lasts some hours, and huggingface_hub renews it. */
  endedAt?: Date;
}

/** In a run on another machine: where this token came from on the one that sent it. */
export const sentFromVariable = 'JUST_LORA_LOGIN_FROM';

/** The token, in the order of huggingface_hub: variables, the file that a variable names, the file of `hf auth login`. */
export function findToken(context: Context): Token | undefined {
  const { env } = context.host;
  const set = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'].filter((name) => env[name]?.trim());
  const [name] = set;
  if (name !== undefined) {
    const sentFrom = name === 'HF_TOKEN' ? env[sentFromVariable] : undefined;
    return {
      value: env[name]?.trim() ?? '',
      from: name,
      place: set,
      ...(sentFrom ? { sentFrom, from: `${sentFrom} of the machine that sent it` } : {}),
    };
  }
  for (const file of tokenFiles(context)) {
    const value = readTokenFile(context, file);
    if (!value) continue;
    // No variable that is called like a secret holds this one.
    hide(partsOf(value));
    const endedAt = endOf(context, file, value);
    return { value, from: `\`${shown(context.root, file)}\``, place: 'file', ...(endedAt ? { endedAt } : {}) };
  }
  return undefined;
}

/** When a token ended, by `stored_tokens` beside it (INI, a section for each login: `hf_token`, `refresh_token`, `expires_at`). */
function endOf({ host }: Context, file: string, value: string): Date | undefined {
  const sections = storedTokens(host, path.join(path.dirname(file), 'stored_tokens')).split(/^\[/m);
  const section = sections.find((text) => /^\s*hf_token\s*[=:]\s*(.*?)\s*$/m.exec(text)?.[1] === value);
  const seconds = Number(/^\s*expires_at\s*[=:]\s*(\d+)/m.exec(section ?? '')?.[1]);
  return seconds * 1000 < host.now().getTime() ? new Date(seconds * 1000) : undefined;
}

function storedTokens({ files }: Context['host'], file: string): string {
  try {
    return files.readText(file) ?? '';
  } catch {
    // It only tells when a token ended.
    return '';
  }
}

/** The files that may hold a token, first the one that counts most. */
export function tokenFiles(context: Context): string[] {
  const { env } = context.host;
  if (env.HF_TOKEN_PATH) return [expandPath(context.host, env.HF_TOKEN_PATH)];
  return [...new Set([...hubHomes(context), projectPaths(context).hf_home])].map((home) => path.join(home, 'token'));
}

/** Where Hugging Face's own libraries keep their things on this machine: `HF_HOME`, else the user's cache. */
export function hubHomes({ host }: Context): string[] {
  const { env, home } = host;
  if (env.HF_HOME) return [expandPath(host, env.HF_HOME)];
  const cache = env.XDG_CACHE_HOME ? expandPath(host, env.XDG_CACHE_HOME) : home && path.join(home, '.cache');
  return cache ? [path.join(cache, 'huggingface')] : [];
}

/** The caches of models: the one that `HF_HUB_CACHE` names, else `hub` in each home of Hugging Face's libraries. */
export function hubCaches(context: Context): string[] {
  const { env } = context.host;
  const named = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE;
  if (named) return [expandPath(context.host, named)];
  return [...new Set([...hubHomes(context), projectPaths(context).hf_home])].map((home) => path.join(home, 'hub'));
}
