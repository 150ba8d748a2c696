import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { cleanEnvironment } from './clean-environment';
import { indexOfPip } from './pip-index';

/** Variables of pip, uv and conda, and those of certificates, whose value may be a path. */
const holdsPath =
  /^(?:PIP|UV|CONDA|MAMBA)_\w*(?:FILE|DIR|DIRS|LINKS|CERT|PREFIX)$|^(?:CONDARC|NETRC|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/;

/**
 * How pip, uv and conda are started: in no checkout. uv reads `uv.toml`, `pyproject.toml` and `.python-version` of the
 * folder that it is in and of those above (docs.astral.sh/uv/concepts/configuration-files), distutils in pip `setup.cfg`,
 * and `python -m pip` imports from there before the standard library. What a person configured for all of their work, in
 * their home or in variables, is read as ever. Paths in the arguments have to be absolute.
 */
export const outside = (context: Pick<Context, 'root' | 'host'>) => ({
  cwd: path.parse(context.root).root,
  env: { ...cleanEnvironment(), ...pathsFromHere(context) } as Record<string, string | undefined>,
});

/** {@link outside} for pip and uv where they fetch: with the index that is set for pip, and the passwords of indexes. */
export function fetching(context: Pick<Context, 'root' | 'host'>) {
  const { cwd, env } = outside(context);
  return { cwd, program: 'installer' as const, env: { ...env, ...indexOfPip(context.host) } };
}

/** Variables with a path of a person's that starts where the task was started, as one that holds elsewhere too. */
function pathsFromHere({ root, host }: Pick<Context, 'root' | 'host'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(host.env).flatMap(([name, value]) => {
      if (!value || !holdsPath.test(name) || path.isAbsolute(value) || /^~|:\/\//.test(value)) return [];
      const full = path.resolve(root, value);
      return host.files.lstat(full) ? [[name, full]] : [];
    }),
  );
}
