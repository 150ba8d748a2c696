import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import { cleanEnvironment } from './clean-environment';
import type { Cutoff } from './sources/cutoff';
import { cutoffVariables, type Sources, sourcesOf } from './sources/sources';

/** Variables of uv and conda, and those of certificates, whose value may be a path. */
const holdsPath =
  /^(?:UV|CONDA|MAMBA)_\w*(?:FILE|DIR|DIRS|LINKS|CERT|PREFIX)$|^(?:CONDARC|NETRC|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/;

/**
 * How pip, uv and conda are started: in no checkout. uv reads `uv.toml`, `pyproject.toml` and `.python-version` of the
 * folder that it is in and of those above (docs.astral.sh/uv/concepts/configuration-files), distutils in pip `setup.cfg`,
 * and `python -m pip` imports from there before the standard library. What a person configured for all of their work, in
 * their home or in variables, is read as ever. Paths in the arguments have to be absolute.
 */
export const outside = (context: Pick<Context, 'root' | 'host'>) => ({
  cwd: path.parse(context.root).root,
  env: { ...cleanEnvironment(context.host), ...pathsFromHere(context) } as Record<string, string | undefined>,
});

/**
 * {@link outside} for pip and uv where they fetch: with a configuration of ours alone, made of what a person set of where
 * packages come from, which is told once.
 * @param cutoff the moment after which nothing counts, where it is another than the person's own
 * @throws UserError E_INSTALLER_SETTING
 */
export function fetching(context: Context, cutoff?: string) {
  const { cwd, env } = outside(context);
  const { sources, file } = context.resources.get(context, sourcesOnce);
  return {
    cwd,
    program: 'installer' as const,
    env: {
      ...env,
      ...sources.env,
      ...(file ? { UV_NO_CONFIG: undefined, UV_CONFIG_FILE: file } : {}),
      ...(cutoff ? cutoffVariables({ value: cutoff }) : {}),
    },
  };
}

/** Read once in a run, and told. The file with uv's configuration lies in a folder of this user's until the run ends. */
const sourcesOnce: Resource<{ sources: Sources; file: string; remove(): void }> = {
  make({ host, root }) {
    const sources = sourcesOf(host, root);
    const { told, cutoff, uvConfig } = sources;
    if (told.length > 0) host.processes.onNote?.(`note: where packages come from is set by ${[...new Set(told)].join(', ')}`);
    if (cutoff) host.processes.onNote?.(`note: packages that came after ${cutoff.value} are left out, as ${cutoff.from} says`);
    if (!uvConfig) return { sources, file: '', remove: () => undefined };
    const folder = host.files.temporaryFolder('just-lora-uv-');
    const file = path.join(folder, 'uv.toml');
    host.files.writeText(file, uvConfig);
    return { sources, file, remove: () => host.files.remove(folder) };
  },
  close: ({ remove }) => remove(),
};

/** The moment that a person's settings leave newer packages out from; `undefined` where they do not. @throws UserError E_INSTALLER_SETTING */
export const cutoffOf = (context: Context): Cutoff | undefined => context.resources.get(context, sourcesOnce).sources.cutoff;

/** Variables with a path of a person's that starts where the task was started, as one that holds elsewhere too. */
function pathsFromHere({ root, host }: Pick<Context, 'root' | 'host'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(host.env).flatMap(([name, value]) => {
      if (!value || !holdsPath.test(name) || name === 'UV_CONFIG_FILE' || path.isAbsolute(value) || /^~|:\/\//.test(value)) return [];
      const full = path.resolve(root, value);
      return host.files.lstat(full) ? [[name, full]] : [];
    }),
  );
}
