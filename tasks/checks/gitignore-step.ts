import * as path from 'node:path';
import { plural, shellWord, some } from '../common/format';
import { sha256 } from '../common/hash';
import type { Context } from '../engine/context';
import { askGit } from '../engine/git';
import { absolute, below, projectPaths, shown } from '../engine/paths';
import type { Finding, Step } from '../engine/step';
import { tryParse } from '../untrusted/json';
import { cachedStep } from './cached-step';

const proven = cachedStep({
  name: 'gitignore',
  title: 'Ask git what it ignores',
  action: 'ask git about the folders and files of the project',
  inputs: (context) => ({
    '.gitignore': sha256(context.host.files.readText(path.join(context.root, '.gitignore')) ?? ''),
    paths: sha256(JSON.stringify(expectationsOf(context))),
    git: context.host.files.lstat(path.join(context.root, '.git')) ? 'yes' : 'no',
  }),
  prove: judge,
});

/** Does git leave out what is large or private, and keep what is work? git itself is asked. */
export const gitignoreStep: Step = {
  ...proven,
  async check(context, depth, ...more) {
    const look = await proven.check(context, depth, ...more);
    // Of a person's own file it is known before the run whether the run would stop here; where there is none, ours comes.
    const asks = look.state === 'todo' && context.host.files.lstat(path.join(context.root, '.gitignore'));
    const found = asks ? await judge(context) : look;
    return found.state === 'blocked' ? found : look;
  },
};

interface Expectations {
  /** A file of each kind that git must not see. */
  ignored: { file: string; patterns: string[] }[];
  /** Files that it must. */
  kept: string[];
  /** Folders whose contents are large. */
  folders: string[];
}

async function judge(context: Context): Promise<Finding> {
  const { ignored, kept, folders } = expectationsOf(context);
  const answer = await askGit(context, ['check-ignore', '--no-index', '--', ...ignored.map(({ file }) => file), ...kept]);
  if (answer.exitCode === -1) return { state: 'done', found: 'nothing was asked', warning: 'git is not installed' };
  if (answer.exitCode > 1) {
    const said = answer.stderr.trim().split('\n')[0] ?? '';
    if (/not a git repository/i.test(said)) return { state: 'done', found: 'no git repository here, nothing to leave out' };
    return refused(context, said);
  }
  const left = new Set(answer.stdout.split('\n').map(unquoted));
  const needed = 'large and private files left out, work and folders kept';
  const missing = ignored.filter(({ file }) => !left.has(file));
  const keepsLogs = missing.some(({ file }) => file === logFile) && (await isTracked(context, path.dirname(path.dirname(logFile))));
  const seen = missing.filter(({ file }) => file !== logFile || !keepsLogs);
  const lost = kept.filter((file) => left.has(file));
  const data = { tracked: seen.map(({ file }) => file), lost };
  if (seen.length > 0) {
    const found = `git would track files such as ${some(seen.map(({ file }) => `\`${file}\``))}`;
    const patterns = [...new Set(seen.flatMap((each) => each.patterns))];
    const byHand = `printf '%s\\n' ${patterns.map(shellWord).join(' ')} >> .gitignore`;
    const isForTask = patterns.length > fewPatterns && patterns.every((pattern) => ownLines.test(pattern));
    return { state: 'blocked', code: 'E_GITIGNORE', found, needed, fix: isForTask ? '`npx just mkdirs --gitignore`' : byHand, data };
  }
  if (lost.length > 0) {
    const found = `git ignores ${some(lost.map((file) => `\`${file}\``))}`;
    const fix = `\`git check-ignore -v ${shellWord(lost[0] ?? '')}\` names the line of .gitignore to take out`;
    return { state: 'blocked', code: 'E_GITIGNORE', found, needed, fix, data };
  }
  const found = `${ignored.length} kinds of files left out, ${kept.length} kept`;
  const committed = await alreadyTracked(context, folders);
  if (committed.length === 0) return { state: 'done', found, data };
  const fix = `\`git rm --cached -- ${shellWord(committed[0] ?? '')}\` takes one out and leaves the file`;
  const warning = `git tracks ${plural(committed.length, 'file')} there all the same (${some(committed, 2)}): ${fix}`;
  return { state: 'done', found, warning, data: { ...data, committed } };
}

/** git is there and does not answer: whether anything private would be tracked is not known. */
function refused({ root }: Context, said: string): Finding {
  const needed = 'an answer of git on what it leaves out';
  if (/dubious ownership/i.test(said))
    return {
      state: 'blocked',
      code: 'E_GIT_OWNER',
      found: 'git does not look into this folder, for it belongs to another user',
      needed,
      fix: `if you trust them: \`git config --global --add safe.directory ${shellWord(root)}\``,
    };
  return {
    state: 'blocked',
    code: 'E_GIT',
    found: `git says: ${said.replace(/\.$/, '')}`,
    needed,
    fix: '`git status` in this folder shows the fault; fix what it names',
  };
}

/** So few lines are added by hand: a person sees what they are. */
const fewPatterns = 4;
/** What the lines of `mkdirs --gitignore` cover: folders that the settings call otherwise are added by hand. */
const ownLines = /^!?\/(data|models|adapters|logs|\.venv[^/]*|\.just-lora|configs)\/|^__pycache__\/$|^\*\.py/;

/** What `train` writes of each step. A project that has committed some of it means to. */
const logFile = 'logs/any-adapter/train.jsonl';

async function isTracked(context: Context, folder: string): Promise<boolean> {
  const { exitCode, stdout } = await askGit(context, ['ls-files', '--', folder]);
  return exitCode === 0 && stdout !== '';
}

/** What was committed before it was ignored stays committed. */
async function alreadyTracked(context: Context, folders: readonly string[]): Promise<string[]> {
  if (folders.length === 0) return [];
  const { exitCode, stdout } = await askGit(context, ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard', '--', ...folders]);
  return exitCode === 0 ? stdout.split('\0').filter(Boolean) : [];
}

/** git quotes names with quotes, backslashes and control characters as C does, and JSON for all but the rarest. */
function unquoted(line: string): string {
  if (!line.startsWith('"')) return line;
  const name = tryParse(line);
  return typeof name === 'string' ? name : line;
}

function expectationsOf(context: Context): Expectations {
  const { hf_home, ...paths } = projectPaths(context);
  const { setup } = context.settings;
  const inside = (folder: string) => isInside(context, folder);
  const folders = Object.values(paths).filter(inside);
  const name = (...parts: string[]) => shown(context.root, path.join(...parts));
  const environments = [setup.environments.local.path, setup.remote.path, setup.remote.prefix]
    .filter((folder) => folder !== null)
    .map((folder) => absolute(context, folder))
    .filter(inside);
  return {
    folders: folders.map((folder) => name(folder)),
    ignored: [
      ...folders.flatMap((folder) =>
        ['any-file.bin', 'any-folder/any-file.bin'].map((file) => ({
          file: name(folder, file),
          patterns: [`/${name(folder)}/*`, `!/${name(folder)}/.gitkeep`],
        })),
      ),
      ...[hf_home].filter(inside).map((folder) => ({ file: name(folder, 'token'), patterns: [`/${name(folder)}/`] })),
      ...environments.map((folder) => ({ file: name(folder, 'pyvenv.cfg'), patterns: [`/${name(folder)}/`] })),
      { file: '.just-lora/lock.json', patterns: ['/.just-lora/'] },
      { file: logFile, patterns: ['/logs/'] },
      ...['local', 'remote'].map((environment) => ({
        file: `configs/setup.${environment}.yaml`,
        patterns: [`/configs/*.${environment}.yaml`],
      })),
      { file: 'scripts/__pycache__/any.cpython-310.pyc', patterns: ['__pycache__/'] },
      { file: 'scripts/any.pyc', patterns: ['*.py[cod]'] },
    ],
    kept: [...folders.map((folder) => name(folder, '.gitkeep')), 'scripts/any.py', 'configs/setup.yaml', 'configs/any.yaml'],
  };
}

/** Another volume is not git's, and git does not look behind a link. */
function isInside({ root, host }: Context, folder: string): boolean {
  const parts = below(root, folder)?.split(path.sep);
  if (!parts) return false;
  return parts.every((_, index) => host.files.lstat(path.join(root, ...parts.slice(0, index + 1)))?.isSymbolicLink() !== true);
}
