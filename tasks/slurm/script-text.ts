import { authoredText } from '../common/authored-text';
import { shellWord } from '../common/format';
import { nodeNeeded, nodeProgram } from '../knowledge/node-needed';
import type { SlurmSettings } from '../settings/schema/slurm';
import { jobOptions, noticeSeconds } from './job-options';

/** What the script of a job follows from. */
export interface ScriptInputs {
  slurm: SlurmSettings;
  /** Folder of the training environment as the settings write it. `undefined` where conda alone knows it. */
  prefix: string | undefined;
  isConda: boolean;
  /** GPUs of the job where `gres` says nothing. */
  gpus: number;
  /** Lines of the head: the memory that each model needs on the card. */
  notes: readonly string[];
  /** Settings that stand in no file, as variables. */
  variables: ReadonlyMap<string, string>;
}

/** `configs/train.sbatch`. */
export function scriptText(inputs: ScriptInputs): string {
  return authoredText(['#!/bin/bash -l'], `${head(inputs).join('\n')}\n\n${body(inputs)}`);
}

/** Nothing is said before the end of a job without one. */
const signalLine = (notice: number | undefined): string[] => (notice === undefined ? [] : [`#SBATCH --signal=B:USR2@${notice}`]);

const head = ({ slurm, gpus, notes }: ScriptInputs): string[] => [
  '# Trains the adapter in jobs of Slurm: `sbatch configs/train.sbatch` in the folder of the project. Options behind it go to `train`.',
  '# Made by `npx just slurm:script` from the settings. A change here is yours: it is not overwritten.',
  '#SBATCH --job-name=just-lora-train',
  ...jobOptions(slurm, gpus).map((option) => `#SBATCH ${option}`),
  ...notes.map((line) => `# ${line}`),
  '#SBATCH --nodes=1',
  '#SBATCH --ntasks=1',
  '#SBATCH --output=slurm-train-%j.log',
  '#SBATCH --open-mode=append',
  '# After a node has failed, and after the time limit below, the job waits for its turn again and goes on from the last checkpoint.',
  '#SBATCH --requeue',
  ...signalLine(noticeSeconds(slurm.time)),
];

const body = ({ prefix, isConda, variables }: ScriptInputs): string => `set -u
# The folder that \`sbatch\` was called in, or that its \`-D\` names.
[ -f configs/train.sbatch ] || cd "\${SLURM_SUBMIT_DIR:-.}" || exit 2
if [ ! -f configs/train.sbatch ]; then
  echo "submit this job in the folder of the project: sbatch configs/train.sbatch; from elsewhere: sbatch -D PROJECT PROJECT/configs/train.sbatch" >&2
  exit 2
fi

# Compute nodes often have no network: what is not on the disk is an error at once, and not after a minute.
export HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 HF_DATASETS_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1
${handedOn(variables)}${activation(prefix, isConda)}
# Node and just-lora: those of the project, else what \`--on\` has brought.
brought=$HOME/.cache/just-lora
node=
for each in "$(command -v node)" "$brought"/node/*/bin/node "$HOME"/.nvm/versions/node/*/bin/node; do
  [ -x "$each" ] || continue
  "$each" -e '${nodeProgram}' || continue
  node=$each
  break
done
just=(node_modules/just-task/bin/just.js)
if [ ! -f "$just" ]; then
  app=$(ls -td "$brought"/app/*/ 2>/dev/null | head -n 1)
  just=("\${app}node_modules/just-task/bin/just.js" --config "\${app}just.config.js")
fi
if [ -z "$node" ] || [ ! -f "$just" ]; then
  echo "no ${nodeNeeded}, or no just-lora: npx just setup:remote --on=NAME brings both" >&2
  exit 2
fi

# The last whole checkpoint, of any adapter.
checkpoint() {
  ls -t .just-lora/training/*/*/checkpoints/checkpoint-*/whole.json 2>/dev/null | head -n 1
}

# Shortly before the time limit \`train\` is told to write a checkpoint and to end.
ends= train=
trap 'ends=1; kill -USR2 "$train" 2>/dev/null' USR2
before=$(checkpoint)
"$node" "\${just[@]}" train "$@" &
train=$!
wait "$train"
code=$?
while kill -0 "$train" 2>/dev/null; do
  wait "$train"
  code=$?
done

if [ -n "$ends" ] && [ "$code" -ne 0 ]; then
  if [ "$(checkpoint)" = "$before" ]; then
    echo "no checkpoint was written within the time limit: ask for more time (remotes.NAME.slurm.time)" >&2
    exit "$code"
  fi
  # The job ends here, and begins again when its turn comes.
  scontrol requeue "$SLURM_JOB_ID" && sleep 60
fi
exit "$code"
`;

/** What `--set` and variables said where the script was written. */
const handedOn = (variables: ReadonlyMap<string, string>): string =>
  variables.size === 0
    ? ''
    : `\n# Settings that stand in no file.\n${[...variables].map(([name, value]) => `export ${name}=${shellWord(value)}\n`).join('')}`;

/** Where the environment lies is a matter of the machine too: what is not there is left out, `train` looks for itself. */
function activation(prefix: string | undefined, isConda: boolean): string {
  if (prefix === undefined) return '';
  return `
# The environment by its own path: \`conda activate\` would need what a shell has set up.
prefix=${inShell(prefix)}
[ -d "$prefix/bin" ] && export PATH="$prefix/bin:$PATH" ${isConda ? 'CONDA_PREFIX' : 'VIRTUAL_ENV'}="$prefix" PYTHONNOUSERSITE=1
`;
}

/** A path of the settings as a word of a shell that stands in the project. */
function inShell(setting: string): string {
  const [, home, rest = ''] = /^(~\/)?(.*)$/s.exec(setting) ?? [];
  const at = home ? '"$HOME"/' : setting.startsWith('/') ? '' : '"$PWD"/';
  return `${at}${/^[\w./-]+$/.test(rest) ? rest : `'${rest.replaceAll("'", "'\\''")}'`}`;
}
