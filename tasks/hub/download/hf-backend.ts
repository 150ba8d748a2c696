import { UserError } from '../../common/errors';
import { bytes } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import type { Progress } from '../../engine/step';
import { endpointOf } from '../api/endpoint';
import { findHf } from '../api/hf-command';
import { findToken } from '../api/token';
import type { Model } from '../model/models';

/** Who moves the bytes: `--backend`, else the setting. */
export const usesHf = (context: Context): boolean => (context.option('backend') ?? context.settings.setup.download.backend) === 'hf';

/**
 * Lets the environment's own `hf`, or the older `huggingface-cli`, fetch files of a commit into the folder. The token
 * goes along in the environment, never in the arguments.
 * @throws UserError E_HF_MISSING, E_HF_FAILED
 */
export async function runHf(
  context: Context,
  model: Model,
  commit: string,
  files: readonly string[],
  progress: (progress: Progress) => void,
): Promise<void> {
  const { host, root } = context;
  const command = hfProgram(context);
  const token = findToken(context);
  const env = {
    HF_HUB_DISABLE_UPDATE_CHECK: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    HF_ENDPOINT: endpointOf(host),
    ...(token ? { HF_TOKEN: token.value } : {}),
  };
  // A file may be called like an option.
  const args = ['download', '--revision', commit, '--local-dir', model.folder, '--', model.repo, ...files];
  const { exitCode, tail } = await host.processes.run(command, args, {
    cwd: root,
    program: 'hf',
    env,
    keep: 'end',
    onLine: (text) => progress({ text }),
  });
  if (exitCode === 0) return;
  throw new UserError({
    code: 'E_HF_FAILED',
    found: `\`${shown(root, command)} download ${model.repo}\` ended with ${exitCode}`,
    needed: 'exit code 0',
    tail,
    fix: 'fix what it reports, or use `--backend=builtin`, which continues from what is there',
  });
}

function hfProgram(context: Context): string {
  const found = findHf(context);
  if (found) return found.file;
  throw new UserError({
    code: 'E_HF_MISSING',
    found: 'neither `hf` nor `huggingface-cli` is in an environment of the project or on PATH',
    needed: 'the command of huggingface_hub, for `download.backend: hf`',
    fix: '`pip install huggingface_hub` in the environment, or `--backend=builtin`',
  });
}

/** What hf fetched and what is wrong with it, as one error. @param again the command that fetches it without hf */
export const wrongAfterHf = (again: string, files: readonly { path: string; why: string; size: number }[]): UserError =>
  new UserError({
    code: 'E_HF_FAILED',
    found: `hf ended well, and ${files.map(({ path, why, size }) => `\`${path}\` (${bytes(size)}): ${why}`).join('; ')}`,
    needed: 'every file with the hash of the commit',
    fix: `\`${again}\` fetches again what is wrong`,
  });
