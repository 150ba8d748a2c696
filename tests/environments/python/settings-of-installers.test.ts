import { execFileSync, spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment } from '../../../tasks/environments/python/clean-environment';
import { pipSources } from '../../../tasks/environments/python/sources/pip-settings';
import { uvSources, uvSourceVariables } from '../../../tasks/environments/python/sources/uv-settings';
import { newestPipFolder } from '../../support/pip';
import { temporaryFolder, cleanEnvironment as testEnvironment } from '../../support/project';
import { python310 } from '../../support/python';
import { uvFolder } from '../../support/uv';

/**
 * Every setting that pip and uv know, as their own lists have them: obeyed where it says where packages come from, else shut out.
 * One that a newer version adds is in no table: it fails here, and is to be judged.
 */
const test = suite('every setting of pip and uv is judged');

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** Of pip 23.0.1 and 26.3: what becomes of the environment, what is built and how, what is printed. */
const pipShutOut = words(`
  abi all-releases break-system-packages build-constraint build-option check-build-dependencies compile config-settings constraint debug
  dest destination-dir destination-directory disable-pip-version-check dry-run editable exists-action force-reinstall global-option group
  help ignore-installed ignore-requires-python implementation install-option isolated local-log log log-file no-binary no-build-isolation
  no-clean no-color no-compile no-dependencies no-deps no-input no-python-version-warning no-require-hashes no-use-pep517 no-user no-verify
  no-warn-conflicts no-warn-script-location only-binary only-dependencies only-deps only-final output platform pre prefer-binary prefix
  progress-bar python python-version quiet refresh-package report require-hashes require-venv require-virtualenv requirement
  requirements-from-script root root-user-action source source-dir source-directory src target upgrade upgrade-strategy use-pep517 user
  verbose version wheel-dir yes`);

/** Of uv 0.13.9's uv.toml. */
const uvShutOut = words(`
  required-version preview preview-features python-preference python-downloads resolution prerelease prerelease-package fork-strategy
  dependency-metadata config-settings config-settings-package no-build-isolation require-build-hashes no-build-isolation-package
  extra-build-dependencies extra-build-variables link-mode compile-bytecode no-sources no-sources-package upgrade upgrade-package reinstall
  reinstall-package no-build no-build-package no-binary no-binary-package torch-backend publish-url trusted-publishing check-url add-bounds
  audit pip cache-keys override-dependencies exclude-dependencies constraint-dependencies build-constraint-dependencies environments
  required-environments minimum-libc-version conflicts workspace sources managed package default-groups dependency-groups dev-dependencies
  build-backend`);

/** Of uv 0.13.9's variables, as far as its help names them. */
const uvVariablesShutOut = words(`
  UV_ADD_BOUNDS UV_BREAK_SYSTEM_PACKAGES UV_BUILD_CONSTRAINT UV_COMPILE_BYTECODE UV_CONFIG_FILE UV_CONSTRAINT UV_CUSTOM_COMPILE_COMMAND UV_DEV
  UV_ENV_FILE UV_EXCLUDE UV_EXCLUDE_NEWER UV_EXPORT_FORMAT UV_FORK_STRATEGY UV_FROZEN UV_INIT_BUILD_BACKEND UV_ISOLATED UV_LINK_MODE UV_LOCKED
  UV_MALWARE_CHECK UV_MALWARE_CHECK_URL UV_MANAGED_PYTHON UV_NO_BINARY UV_NO_BINARY_PACKAGE UV_NO_BUILD UV_NO_BUILD_ISOLATION
  UV_NO_BUILD_PACKAGE UV_NO_CONFIG UV_NO_DEFAULT_GROUPS UV_NO_DEV UV_NO_EDITABLE UV_NO_ENV_FILE UV_NO_GROUP UV_NO_INSTALL_LOCAL
  UV_NO_INSTALL_PROJECT UV_NO_INSTALL_WORKSPACE UV_NO_MANAGED_PYTHON UV_NO_PROGRESS UV_NO_PROJECT UV_NO_SOURCES UV_NO_SOURCES_PACKAGE
  UV_NO_SYNC UV_NO_VERIFY_HASHES UV_ONLY_INSTALL_LOCAL UV_ONLY_INSTALL_PROJECT UV_ONLY_INSTALL_WORKSPACE UV_OVERRIDE UV_PRERELEASE UV_PREVIEW
  UV_PREVIEW_FEATURES UV_PROJECT UV_PUBLISH_CHECK_URL UV_PUBLISH_INDEX UV_PUBLISH_PASSWORD UV_PUBLISH_TOKEN UV_PUBLISH_URL
  UV_PUBLISH_USERNAME UV_PUBLISH_NO_ATTESTATIONS UV_PYTHON UV_PYTHON_BIN_DIR UV_PYTHON_DOWNLOADS UV_PYTHON_INSTALL_BIN
  UV_PYTHON_INSTALL_REGISTRY UV_PYTHON_PREFERENCE UV_REQUIRE_HASHES UV_REQUIRE_BUILD_HASHES UV_RESOLUTION UV_SHOW_RESOLUTION
  UV_SYSTEM_PYTHON UV_TORCH_BACKEND UV_VENV_CLEAR UV_VENV_RELOCATABLE UV_VENV_SEED UV_WORKING_DIR UV_WORKING_DIRECTORY`);

/** Known before, but gone or another name in one of the versions. */
const otherPipNames = ['pypi-url', 'default-timeout'];

const optionsOfPip = `
from pip._internal.commands import commands_dict, create_command
names = set()
for command in ("install", "uninstall", "download", "wheel", "lock"):
    if command in commands_dict:
        names |= {name.lstrip("-") for option in create_command(command).parser.option_list_all for name in option._long_opts}
print("\\n".join(names))
`;

for (const which of ['23.0, which a Python 3.10 brings along', '26.3'])
  test(`pip ${which}`, () => {
    const env = testEnvironment(which === '26.3' ? { PYTHONPATH: newestPipFolder() } : {});
    const options = words(execFileSync(python310() as string, ['-c', optionsOfPip], { env, encoding: 'utf8' }));
    assert.ok(options.length > 60);
    assert.equal(options.filter((one) => ![...pipSources, ...pipShutOut, ...otherPipNames].includes(one)).sort(), []);
    assert.equal(
      pipSources.filter((one) => pipShutOut.includes(one)),
      [],
    );
  });

const uv = (args: readonly string[], more: Record<string, string> = {}) =>
  spawnSync(path.join(uvFolder(), 'uv'), args, { env: testEnvironment(more), encoding: 'utf8' });

test('uv’s configuration file, by the list that it prints of what it knows', () => {
  const { stderr } = spawnSync(
    'sh',
    ['-c', 'echo "no-such-key = 1" > uv.toml && exec "$1" --config-file uv.toml pip list', 'sh', path.join(uvFolder(), 'uv')],
    {
      cwd: temporaryFolder(),
      env: testEnvironment(),
      encoding: 'utf8',
    },
  );
  const keys = [...(/expected one of (.*)/.exec(stderr)?.[1] ?? '').matchAll(/`([\w-]+)`/g)].map(([, key]) => key as string);
  assert.ok(keys.length > 60, stderr);
  assert.equal(
    keys.filter((one) => ![...uvSources, ...uvShutOut].includes(one)),
    [],
  );
  assert.equal(
    uvSources.filter((one) => uvShutOut.includes(one)),
    [],
  );
});

test('uv’s variables, as its help names them', () => {
  const commands = [
    ['pip', 'install'],
    ['pip', 'sync'],
    ['pip', 'compile'],
    ['pip', 'uninstall'],
    ['venv'],
    ['python', 'install'],
    ['python', 'find'],
    ['sync'],
    ['run'],
    ['lock'],
    ['add'],
    ['cache', 'clean'],
  ];
  const named = commands.flatMap((command) =>
    [...uv([...command, '--help']).stdout.matchAll(/\[env:\s+(UV_\w+)=/g)].map(([, name]) => name as string),
  );
  assert.ok(named.length > 60);
  assert.equal([...new Set(named)].filter((name) => !uvSourceVariables.test(name) && !uvVariablesShutOut.includes(name)).sort(), []);
  assert.equal(
    uvVariablesShutOut.filter((name) => uvSourceVariables.test(name)),
    [],
  );
});

test('what is shut out does not reach a program, and neither does what nobody knows yet', () => {
  const pythons = words(
    'PYTHONINSPECT PYTHONPLATLIBDIR PYTHONHASHSEED PYTHONTRACEMALLOC PYTHONMALLOC PYTHONPATH PYTHONHOME PYTHONWARNINGS PYTHON_OF_TOMORROW',
  );
  const pips = pipShutOut.map((option) => `PIP_${option.toUpperCase().replace(/-/g, '_')}`);
  const names = [...pythons, ...pips, 'PIP_OF_TOMORROW', ...uvVariablesShutOut, 'UV_OF_TOMORROW', '__PYVENV_LAUNCHER__'];
  const env = Object.fromEntries(names.map((name) => [name, 'x']));
  const cleaned = cleanEnvironment({ env, platform: 'linux' });
  const ours = ['PIP_NO_INPUT', 'PIP_DISABLE_PIP_VERSION_CHECK', 'UV_NO_CONFIG'];
  assert.equal(
    names.filter((name) => !(name in cleaned) || (cleaned[name] !== undefined && !ours.includes(name))),
    [],
  );
  const kept = { UV_CACHE_DIR: '/c', UV_PYTHON_INSTALL_DIR: '/p', PYTHON_KEYRING_BACKEND: 'k', PATH: '/bin', LD_LIBRARY_PATH: '/l' };
  assert.equal(
    Object.keys(cleanEnvironment({ env: kept, platform: 'linux' })).filter((name) => name in kept),
    [],
  );
});

test.run();
