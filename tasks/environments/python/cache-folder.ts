import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { pipSettings } from './sources/pip-settings';
import { uvSettings } from './sources/uv-settings';

/** uv's and pip's cache folders, as their documentation says. */
export function cacheFolder({ host }: Pick<Context, 'host'>, tool: 'uv' | 'pip'): string {
  const own = tool === 'uv' ? host.env.UV_CACHE_DIR || uvSettings(host).get('cache-dir')?.value : pipSettings(host).get('cache-dir')?.value;
  if (typeof own === 'string' && own) return path.resolve(own);
  const home = host.home ?? '/';
  if (host.platform === 'darwin' && tool === 'pip') return path.join(home, 'Library', 'Caches', 'pip');
  return path.join(host.env.XDG_CACHE_HOME || path.join(home, '.cache'), tool);
}
