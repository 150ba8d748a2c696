import type { Host } from '../../platform';
import { noFile } from './sources/pip-settings';
import { uvSourceVariables } from './sources/uv-settings';

/** Python's own settings, and those of pip and uv; a keyring's choice of where passwords are is none of them. */
const ofInstallers = /^(?:PYTHON(?!_KEYRING_)|PIP_|UV_|__PYVENV_LAUNCHER__$)/;

/**
 * Variables for Python, conda, pip and uv that keep a person's shell out of the environment that is being built. Of what is set
 * for Python, pip and uv nothing passes but where uv finds packages and Pythons: an activated environment, `PYTHONPATH`,
 * `PYTHONHASHSEED`, `PIP_TARGET`, `UV_TORCH_BACKEND` would each make another environment than the lock says, or none. So does what
 * a newer version adds. Files of pip and uv are switched off: sources.ts reads what they say of where packages come from.
 */
export function cleanEnvironment({ env, platform }: Pick<Host, 'env' | 'platform'>): Record<string, string | undefined> {
  const shutOut = Object.keys(env).filter((name) => ofInstallers.test(name) && !uvSourceVariables.test(name));
  return {
    ...Object.fromEntries(shutOut.map((name) => [name, undefined])),
    PYTHONNOUSERSITE: '1',
    // LANG=C must not keep a path with other letters from being read.
    PYTHONUTF8: '1',
    VIRTUAL_ENV: undefined,
    CONDA_PREFIX: undefined,
    PIP_CONFIG_FILE: noFile(platform),
    PIP_NO_INPUT: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    UV_NO_CONFIG: '1',
  };
}
