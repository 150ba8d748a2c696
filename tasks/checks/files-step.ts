import * as path from 'node:path';
import { plural, some } from '../common/format';
import type { Context } from '../engine/context';
import { absolute, below } from '../engine/paths';
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

/**
 * The files of {@link templatesOf}, none in the repository itself, each with what it is a copy of. The list of libraries and its lock
 * go where the settings say, so that a person keeps a list of their own under the usual name.
 */
export function templates(context: Context): { file: string; source: string }[] {
  if (context.root === packageRoot) return [];
  const { requirements, lock } = context.settings.setup.environments.local;
  const named = new Map([
    ['requirements-local.txt', requirements],
    ['requirements-local.lock', lock],
  ]);
  return templatesOf(context).flatMap((name) => {
    const file = below(context.root, absolute(context, named.get(name) ?? name));
    return file === undefined ? [] : [{ file, source: path.join(packageRoot, name) }];
  });
}

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
  [/train\w*\.py$/, 'trains the adapter; yours to change'],
  [/\.py$/, 'settings and folders for Python'],
  [/./, 'moves data without Node'],
];

const purposeOf = ({ file, source }: Start): string => {
  const name = source === undefined ? file : path.relative(packageRoot, source);
  return purposes.find(([pattern]) => pattern.test(name))?.[1] ?? '';
};

/** What a file of the project starts from. */
interface Start {
  file: string;
  /** The file that it is a copy of; `.gitignore` is of none. */
  source?: string;
}

const startsOf = (context: Context): Start[] => [{ file: '.gitignore' }, ...templates(context)];

/** What is there already and is not what would have been written. */
const ownOf = ({ host, root }: Context, there: readonly Start[]): string[] =>
  there
    .filter(({ file, source }) => host.files.readText(path.join(root, file)) !== (source ? host.files.readText(source) : gitignore))
    .map(({ file }) => file);

export const filesStep: Step<readonly Start[]> = {
  name: 'files',
  title: 'Lay out the project files',
  async check(context) {
    const all = startsOf(context);
    const there = all.filter(({ file }) => context.host.files.lstat(path.join(context.root, file)));
    const seen = all.filter((each) => !there.includes(each));
    if (seen.length === 0) return { state: 'done', found: `${all.length} of ${plural(all.length, 'file')} there`, seen };
    const own = ownOf(context, there);
    const kept = own.length > 0 ? `; kept as it is: ${some(own.map((file) => `\`${file}\``))}` : '';
    const found = `${seen.length} of ${plural(all.length, 'file')} missing${kept}`;
    const table = [['file', 'what it is for'], ...seen.map((each) => [each.file, purposeOf(each)])];
    const data = { missing: seen.map(({ file }) => file), kept: own };
    return { state: 'todo', found, ...(seen.length > 1 ? { table } : {}), data, seen };
  },
  async plan(_, missing = []) {
    return [
      {
        title: `write ${missing.length === 1 ? missing[0]?.file : plural(missing.length, 'file')}`,
        async run({ root, host }) {
          for (const { file, source } of missing) {
            if (source === undefined) host.files.createText(path.join(root, file), gitignore);
            else host.files.createCopy(source, path.join(root, file));
          }
        },
      },
    ];
  },
  brings: ({ root }, missing = []) =>
    new Map(missing.flatMap(({ file, source }) => (source === undefined ? [] : [[path.join(root, file), source] as const]))),
};
