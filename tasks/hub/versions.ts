import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { needsOf, unmetNeeds, type Versions } from '../versions/models';
import { hubOf } from './hub';
import type { Model } from './models';
import type { Wanted } from './plan';

/**
 * The same with the model's own config.json, which is asked for only where there is an environment to compare with.
 * @throws UserError E_MODEL_VERSIONS
 */
export async function librariesOf(context: Context, model: Model, { commit, wanted }: Wanted): Promise<string> {
  if (context.option('any-versions') !== undefined || !installedIn(context)) return 'unknown';
  const config = wanted.some(({ path }) => path === 'config.json') ? await hubOf(context).text(model, commit, 'config.json') : undefined;
  return refuseOldLibraries(context, model, parsed(config));
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/**
 * Whether the Python environment can load this model, told before its bytes are fetched.
 * @param config the parsed config.json, where it is here
 * @returns a sentence for the finding, `unknown` where there is no environment or nothing is known of the model
 * @throws UserError E_MODEL_VERSIONS
 */
function refuseOldLibraries(context: Context, model: Model, config: unknown): string {
  const needs = needsOf({ repo: model.repo, ...(config === undefined ? {} : { config }) });
  const installed = installedIn(context);
  if (!needs || !installed) return 'unknown';
  const unmet = unmetNeeds(needs, installed);
  if (unmet.length === 0) return 'new enough';
  throw new UserError({
    code: 'E_MODEL_VERSIONS',
    found: `the environment cannot load \`${model.repo}\`: ${unmet.join('; ')}`,
    needed: [needs.transformers && `transformers ${needs.transformers}`, needs.tokenizers && `tokenizers ${needs.tokenizers}`]
      .filter(Boolean)
      .join(', '),
    fix: 'raise them in the environment file, then `npx just setup:remote`; `--any-versions` fetches the model all the same',
  });
}

/** The libraries of the environment that holds transformers; `undefined` where none does. */
function installedIn({ root, host, settings, environment }: Context): Versions | undefined {
  const { environments, remote } = settings.setup;
  const { local } = environments;
  const own = environment === 'local' ? [local.path, remote.path] : [remote.prefix, remote.path];
  const folders = [...own, host.env.CONDA_PREFIX, host.env.VIRTUAL_ENV].filter((folder) => typeof folder === 'string');
  for (const folder of folders) {
    const library = path.resolve(root, folder, 'lib');
    for (const python of host.files.list(library).filter((name) => /^python3\.\d+$/.test(name))) {
      const versions = new Map<string, string>();
      for (const name of host.files.list(path.join(library, python, 'site-packages'))) {
        const [, project = '', version = ''] = /^([\w.]+)-([^-]+)\.dist-info$/.exec(name) ?? [];
        if (project) versions.set(project.toLowerCase().replace(/[-_.]+/g, '-'), version);
      }
      if (versions.has('transformers')) return versions;
    }
  }
  return undefined;
}
