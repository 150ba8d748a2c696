/**
 * Variables for Python, conda, pip and uv that keep a person's shell out of the environment that is being built:
 * an activated environment, PYTHONPATH, `pip install --user` as a default.
 */
export function cleanEnvironment(): Record<string, string | undefined> {
  return {
    PYTHONHOME: undefined,
    PYTHONPATH: undefined,
    PYTHONSTARTUP: undefined,
    PYTHONNOUSERSITE: '1',
    // LANG=C must not keep a path with other letters from being read.
    PYTHONUTF8: '1',
    __PYVENV_LAUNCHER__: undefined,
    VIRTUAL_ENV: undefined,
    CONDA_PREFIX: undefined,
    PIP_USER: '0',
    PIP_REQUIRE_VIRTUALENV: '0',
    PIP_TARGET: undefined,
    PIP_PREFIX: undefined,
    PIP_NO_INPUT: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    // What would make the packages depend on the shell that the task is run from.
    PIP_CONSTRAINT: undefined,
    PIP_PRE: undefined,
    UV_CONSTRAINT: undefined,
    UV_OVERRIDE: undefined,
    UV_PRERELEASE: undefined,
    UV_RESOLUTION: undefined,
    UV_NO_VERIFY_HASHES: undefined,
    UV_VENV_CLEAR: undefined,
    UV_VENV_SEED: undefined,
    UV_VENV_RELOCATABLE: undefined,
    UV_SYSTEM_PYTHON: undefined,
    UV_PYTHON: undefined,
    UV_NO_PROGRESS: undefined,
  };
}
