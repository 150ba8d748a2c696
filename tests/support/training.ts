import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ProfileName } from '../../tasks/environments/profile/profile-files';
import { cleanEnvironment, projectCopy, runJust, temporaryFolder } from './project';
import { pythonWith } from './python';

/** A project for a real training environment of 5 GB, with uv, without conda. The package cache is the user's own: it is what makes the second environment cheap. */
export function trainingProject(profile: ProfileName) {
  // Without a space: triton 2.1.0 does not find its compiler where there is one.
  const project = projectCopy(path.join(temporaryFolder('just-lora-training'), 'project'));
  fs.writeFileSync(
    path.join(project, 'configs', 'setup.remote.yaml'),
    `remote: { profile: ${profile}, engine: venv }\nstorage: { error_gb: 1, warn_gb: 1 }\n`,
  );
  const cache = process.env.UV_CACHE_DIR ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'uv');
  const uv = path.join(path.dirname(pythonWith('uv')), 'uv');
  const env = {
    HOME: temporaryFolder('just-lora home'),
    PYENV_ROOT: path.join(os.homedir(), '.pyenv'),
    UV_CACHE_DIR: cache,
    PATH: `${path.dirname(uv)}${path.delimiter}${process.env.PATH}`,
    CUDA_VISIBLE_DEVICES: undefined,
  };
  const python = path.join(project, '.venv-remote', 'bin', 'python');
  return {
    project,
    python,
    env,
    sitePackages: path.join(project, '.venv-remote', 'lib', 'python3.10', 'site-packages'),
    /** Runs a task with `--json`. */
    async run(...args: string[]) {
      const { exitCode, stdout, stderr } = await runJust(project, [...args, '--json'], env);
      const report = JSON.parse(stdout || '{}');
      const step = (name: string) => report.steps?.find((one: { name: string }) => one.name === name) ?? {};
      return { exitCode, report, step, stderr };
    },
    /** Runs Python code in the environment. @returns its output, or its error */
    tell(code: string): string {
      try {
        return execFileSync(python, ['-c', code], { env: { ...cleanEnvironment(env), HF_HUB_OFFLINE: '1' }, stdio: 'pipe' }).toString();
      } catch (error) {
        return String((error as { stderr?: Buffer }).stderr ?? error);
      }
    },
    /** Changes packages behind the tool's back. */
    uv(...args: string[]): void {
      execFileSync(uv, ['pip', ...args, '--python', python], { env: cleanEnvironment(env), stdio: 'pipe' });
    },
  };
}
