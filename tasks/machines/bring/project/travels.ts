import * as path from 'node:path';
import { byteName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import { absolute, below, projectPaths } from '../../../engine/paths';
import { sourcesFor } from '../../../settings/read/sources';

/** Of any project, by name from its folder: state, packages, what is made anew, and what only this machine is told. */
const never =
  /(?:^|\/)(?:\.git|\.just-lora|node_modules|__pycache__|\.ipynb_checkpoints|\.DS_Store)(?:\/|$)|^\.venv[^/]*\/|^configs\/remotes\/|^configs\/[^/]+\.(?:local|remote)\.(?:yaml|json)$|(?:^|\/)\.env$|\.py[co]$/;

/**
 * What is left here whatever git says: data, models, adapters, environments, state, settings of this machine, and `.env`.
 * @returns tells of a name, bytes, relative to the project, whether it, or all below it, stays
 */
export function staysHere(context: Context): (name: string) => boolean {
  const { setup } = context.settings;
  const settings = [setup.environments.local.path, setup.remote.path, setup.remote.prefix ?? ''].filter(Boolean);
  const pulled = setup.sync.pull.filter((each) => !/^(?:configs|scripts)\b/.test(each));
  const folders = [
    ...Object.values(projectPaths(context)),
    ...[...settings, ...pulled.map((each) => each.replace(/\?$/, ''))].map((each) => absolute(context, each)),
  ];
  const inside = folders.flatMap((folder) => below(context.root, folder) ?? []).map((each) => byteName(each.split(path.sep).join('/')));
  return (name) => never.test(name) || inside.some((folder) => name === folder || name.startsWith(`${folder}/`));
}

/** Beside the settings: what describes the packages and environments of a project, in its folder itself. */
const describes =
  /^(?:just\.config\.[cm]?[jt]s|package(?:-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|(?:requirements|environment)-.+\.(?:txt|yml|lock))$/;

/**
 * What travels even where git ignores it, since a run there would go by other settings without it, or by other packages: names, bytes,
 * of which some may not be there.
 */
export function needed({ host, root, settings }: Context): string[] {
  const { requirements, lock, constraints, overrides } = settings.setup.environments.local;
  const inside = [requirements, lock, constraints, overrides]
    .flatMap((file) => below(root, path.resolve(root, file)) ?? [])
    .map((each) => each.split(path.sep).join('/'));
  const own = sourcesFor('remote').flatMap(({ file, machine }) => (machine ? [] : [file]));
  return [...own, ...inside, ...host.files.list(root).filter((name) => describes.test(name))].map(byteName);
}
