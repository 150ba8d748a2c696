import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { sha256 } from '../core/hash';
import { projectPaths, shown } from '../core/paths';
import { some } from '../core/text';
import { provenStep } from './proven';

/** Does git leave out what is large, and keep what is work? git itself is asked. */
export const gitignoreStep = provenStep({
  name: 'gitignore',
  title: 'Ask git what it ignores',
  action: 'ask git about the folders and files of the project',
  inputs: ({ root, host }) => ({
    '.gitignore': sha256(host.files.readText(path.join(root, '.gitignore')) ?? ''),
    git: host.files.lstat(path.join(root, '.git')) ? 'yes' : 'no',
  }),
  async prove(context) {
    const { root, host } = context;
    const [ignored, kept] = expectations(context);
    const all = [...ignored, ...kept];
    const result = await host.processes.run('git', ['check-ignore', '--no-index', '--', ...all], { cwd: root, env: { LC_ALL: 'C' } });
    if (result.exitCode === 128 || result.exitCode === -1) return 'no git repository here, nothing to leave out';
    const answer = new Set(result.stdout.split('\n'));
    const tracked = ignored.filter((file) => !answer.has(file));
    const lost = kept.filter((file) => answer.has(file));
    if (tracked.length > 0)
      throw new UserError({
        code: 'E_GITIGNORE',
        found: `git would track ${some(tracked)}`,
        needed: 'large and private files ignored',
        fix: `echo '${patternFor(tracked[0] ?? '')}' >> .gitignore`,
      });
    if (lost.length > 0)
      throw new UserError({
        code: 'E_GITIGNORE',
        found: `git ignores ${some(lost)}`,
        needed: 'work and folders tracked',
        fix: `git check-ignore -v ${lost[0]}`,
      });
    return `${ignored.length} kinds of files left out, ${kept.length} kept`;
  },
});

function expectations(context: Context): [ignored: string[], kept: string[]] {
  const { hf_home, ...paths } = projectPaths(context);
  const inside = (folder: string) =>
    !shown(context.root, folder).startsWith('/') && context.host.files.lstat(folder)?.isSymbolicLink() !== true;
  const folders = Object.values(paths)
    .filter(inside)
    .map((folder) => shown(context.root, folder));
  const venv = context.settings.setup.environments.local.path;
  return [
    [
      ...folders.map((folder) => `${folder}/any-file.bin`),
      `${venv}/pyvenv.cfg`,
      '.just-lora/lock.json',
      'configs/setup.local.yaml',
      'scripts/__pycache__/any.cpython-310.pyc',
    ],
    [...folders.map((folder) => `${folder}/.gitkeep`), 'scripts/any.py', 'configs/setup.yaml'],
  ];
}

const patternFor = (file: string): string =>
  file.includes('__pycache__') ? '__pycache__/' : `/${file.replace(/\/any-file\.bin$/, '/**').replace(/\/(pyvenv\.cfg|lock\.json)$/, '/')}`;
