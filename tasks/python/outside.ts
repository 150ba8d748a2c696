import * as path from 'node:path';
import type { Context } from '../core/context';

/** Variables of pip, uv and conda, and those of certificates, whose value may be a path. */
const holdsPath =
  /^(?:PIP|UV|CONDA|MAMBA)_\w*(?:FILE|DIR|DIRS|LINKS|CERT|PREFIX)$|^(?:CONDARC|NETRC|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/;

/**
 * Where pip, uv and conda are started: in no checkout. uv reads `uv.toml`, `pyproject.toml` and `.python-version` of the
 * folder that it is in and of those above (docs.astral.sh/uv/concepts/configuration-files), distutils in pip `setup.cfg`,
 * and `python -m pip` imports from there before the standard library. What a person configured for all of their work, in
 * their home or in variables, is read as ever.
 */
export const outside = ({ root }: Pick<Context, 'root'>): string => path.parse(root).root;

/** Variables with a path of a person's that starts where the task was started, as one that holds outside too. */
export function pathsFromOutside({ root, host }: Pick<Context, 'root' | 'host'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(host.env).flatMap(([name, value]) => {
      if (!value || !holdsPath.test(name) || path.isAbsolute(value) || /^~|:\/\//.test(value)) return [];
      const full = path.resolve(root, value);
      return host.files.lstat(full) ? [[name, full]] : [];
    }),
  );
}
