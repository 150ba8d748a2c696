import type { Context } from '../../engine/context';
import { askUsualIndex } from '../python/package-index/usual-index';
import type { EnvironmentDefinition } from './definition';
import { toolsFor } from './tools';

/** The index that the uv or the pip of an environment takes packages from where none is set. {@link askUsualIndex} */
export async function usualIndex(context: Context, definition: EnvironmentDefinition): Promise<string | undefined> {
  const { uv, search } = await toolsFor(context, definition);
  return askUsualIndex(context, uv, search.python ?? search.any);
}
