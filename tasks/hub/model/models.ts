import * as path from 'node:path';
import { UserError, usageError } from '../../common/errors';
import { nearest } from '../../common/nearest';
import type { Context } from '../../engine/context';
import { projectPaths } from '../../engine/paths';
import type { ModelSettings } from '../../settings/schema/models';

/** One model that a run is about. */
export interface Model {
  /** The configured name, else the repository's last part: the folder's name. */
  name: string;
  /** What `--model=` takes for it in a command that we name. */
  asked: string;
  /** owner/name on the Hub. */
  repo: string;
  /** Branch, tag or commit, as it was asked for. */
  revision: string;
  /** Absolute path of the folder that holds it. */
  folder: string;
  /** A folder to take it from instead of the Hub, absolute. */
  source: string | undefined;
  include: readonly string[];
  exclude: readonly string[];
}

const repository = /^(?!-|\.+\/)[\w.-]+\/(?!-|\.+$)[\w.-]+$/;

/**
 * The models that `--model` means: a configured name, `owner/name`, either with `@revision`; `all` is every configured one,
 * `present` every one of them whose folder is there, and none means those that are enabled.
 * @throws UserError E_USAGE (exit code 2) where it is neither, E_CONFIG where a model has no repository
 */
export function modelsOf(context: Context, asked: string | undefined = context.option('model')): Model[] {
  const configured = context.settings.setup.models;
  if (asked === undefined || asked === 'all' || asked === 'present') {
    const models = Object.entries(configured)
      .filter(([, { enabled }]) => enabled || asked !== undefined)
      .map(([name, settings]) => modelOf(context, name, settings));
    return asked === 'present' ? models.filter(({ folder }) => context.host.files.stat(folder)) : models;
  }
  const at = asked.indexOf('@');
  const [wanted, revision] = at < 0 ? [asked, undefined] : [asked.slice(0, at), asked.slice(at + 1)];
  if (revision?.startsWith('-'))
    throw usageError(`\`--model=${asked}\` names a revision that begins with \`-\``, 'name a branch, a tag or a commit');
  if (revision === '') throw usageError(`\`--model=${asked}\` names no revision after the \`@\``, 'add a branch, a tag or a commit');
  const [name, settings] = Object.entries(configured).find(([key, { repo }]) => key === wanted || repo === wanted) ?? [];
  if (name !== undefined && settings) return [{ ...modelOf(context, name, { ...settings, ...(revision ? { revision } : {}) }), asked }];
  if (!repository.test(wanted)) {
    const meant = nearest(wanted, Object.keys(configured));
    throw usageError(
      `unknown model \`${wanted}\`: neither in the settings nor \`owner/name\` of a repository`,
      meant ? `did you mean \`--model=${meant}\`?` : `name ${oneOfModels(context)}, or \`owner/name\` of a repository`,
    );
  }
  const last = wanted.split('/').at(-1) ?? wanted;
  return [{ ...modelOf(context, last, { repo: wanted, revision: revision ?? 'main', enabled: true }), asked }];
}

/** The models of the settings, for who named none of them: `` one of the settings: `a`, `b` ``. */
export function oneOfModels({ settings }: Context): string {
  const names = Object.keys(settings.setup.models);
  return names.length > 0
    ? `one of the settings (${names.map((name) => `\`${name}\``).join(', ')})`
    : 'one that `models` of the settings has';
}

/** The configured model that lies in this folder. */
export function configuredAt(context: Context, folder: string): Model | undefined {
  if (path.dirname(folder) !== projectPaths(context).models_dir) return undefined;
  const name = path.basename(folder);
  return Object.hasOwn(context.settings.setup.models, name) ? modelsOf(context, name)[0] : undefined;
}

function modelOf(context: Context, name: string, settings: ModelSettings): Model {
  const { repo, revision, source } = settings;
  const { download } = context.settings.setup;
  if (!repo && !source)
    throw new UserError(
      { code: 'E_CONFIG', found: `models.${name} names no repository`, fix: `give models.${name}.repo in configs/setup.yaml` },
      2,
    );
  if (!/^(?!\.)[\w.-]+$/.test(name))
    throw new UserError(
      {
        code: 'E_CONFIG',
        found: `\`${name}\` cannot be the name of a model's folder`,
        fix: 'use letters, digits, `.`, `-` and `_` under models, a dot never first',
      },
      2,
    );
  return {
    name,
    asked: name,
    repo: repo ?? name,
    // A commit is a pin however it is written.
    revision: /^[0-9a-f]{40}$/i.test(revision) ? revision.toLowerCase() : revision,
    folder: path.join(projectPaths(context).models_dir, name),
    source,
    include: settings.include ?? download.include,
    exclude: settings.exclude ?? download.exclude,
  };
}
