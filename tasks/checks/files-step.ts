import * as path from 'node:path';
import { plural, some } from '../common/format';
import type { Context } from '../engine/context';
import type { Step } from '../engine/step';
import { gitignore } from './gitignore-text';

/** Where the package lies: beside `tasks` in the repository, beside `lib` where it is installed. */
const packageRoot = path.resolve(__dirname, '..', '..');

/** What a project starts from: settings, requirements with their locks, environments and scripts. */
const starts = /^(configs\/(?!.*\.(local|remote)\.yaml$).+|scripts\/.+\.(py|sh)|requirements-.+\.(txt|lock)|environment-.+\.(yml|lock))$/;

/** Files that the package brings, relative to the project. Written only where nothing is: from then on they are the user's. */
function templatesOf({ host }: Context): string[] {
  const folders = ['', 'configs', 'configs/schemas', 'scripts'];
  return folders
    .flatMap((folder) => host.files.list(path.join(packageRoot, folder)).map((name) => path.posix.join(folder, name)))
    .filter((file) => starts.test(file) && host.files.stat(path.join(packageRoot, file))?.isFile());
}

/** The files of {@link templatesOf}, none in the repository itself, each with what it is a copy of. */
export const templates = (context: Context): { file: string; source: string }[] =>
  context.root === packageRoot ? [] : templatesOf(context).map((file) => ({ file, source: path.join(packageRoot, file) }));
/** What each is for, in the words of the plan: the first that fits. */
const purposes: readonly (readonly [RegExp, string])[] = [
  [/^\.gitignore$/, 'leaves out what is large or private'],
  [/^configs\/schemas\//, 'completes and checks settings'],
  [/^configs\/.*-local\.txt$/, 'limits the lock of the data work'],
  [/^configs\//, 'settings, each explained'],
  [/^requirements-.*\.txt$/, 'libraries of the data work'],
  [/^requirements-.*\.lock$/, 'their tested versions'],
  [/^environment-.*\.yml$/, 'the training environment'],
  [/^environment-.*\.lock$/, 'its tested versions'],
  [/cards\.py$/, 'shows CUDA the proven cards'],
  [/\.py$/, 'settings and folders for Python'],
  [/./, 'moves data without Node'],
];

const purposeOf = (file: string): string => purposes.find(([pattern]) => pattern.test(file))?.[1] ?? '';

const filesOf = (context: Context): string[] => ['.gitignore', ...templates(context).map(({ file }) => file)];

/** What is there already and is not what would have been written. */
const ownOf = ({ host, root }: Context, files: readonly string[]): string[] =>
  files.filter((file) => {
    const theirs = host.files.readText(path.join(root, file));
    return theirs !== (file === '.gitignore' ? gitignore : host.files.readText(path.join(packageRoot, file)));
  });

export const filesStep: Step<readonly string[]> = {
  name: 'files',
  title: 'Lay out the project files',
  async check(context) {
    const all = filesOf(context);
    const there = all.filter((file) => context.host.files.lstat(path.join(context.root, file)));
    const seen = all.filter((file) => !there.includes(file));
    if (seen.length === 0) return { state: 'done', found: `${all.length} of ${plural(all.length, 'file')} there`, seen };
    const own = ownOf(context, there);
    const kept = own.length > 0 ? `; kept as it is: ${some(own.map((file) => `\`${file}\``))}` : '';
    const found = `${seen.length} of ${plural(all.length, 'file')} missing${kept}`;
    const table = [['file', 'what it is for'], ...seen.map((file) => [file, purposeOf(file)])];
    return { state: 'todo', found, ...(seen.length > 1 ? { table } : {}), data: { missing: seen, kept: own }, seen };
  },
  async plan(_, missing = []) {
    return [
      {
        title: `write ${missing.length === 1 ? missing[0] : plural(missing.length, 'file')}`,
        async run({ root, host }) {
          for (const file of missing) {
            if (file === '.gitignore') host.files.createText(path.join(root, file), gitignore);
            else host.files.createCopy(path.join(packageRoot, file), path.join(root, file));
          }
        },
      },
    ];
  },
  brings: ({ root }, missing = []) =>
    new Map(missing.filter((file) => file !== '.gitignore').map((file) => [path.join(root, file), path.join(packageRoot, file)])),
};
