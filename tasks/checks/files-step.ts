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

const filesOf = (context: Context): string[] => ['.gitignore', ...(context.root === packageRoot ? [] : templatesOf(context))];
const missingOf = (context: Context): string[] =>
  filesOf(context).filter((file) => !context.host.files.lstat(path.join(context.root, file)));

export const filesStep: Step<readonly string[]> = {
  name: 'files',
  title: 'Lay out the project files',
  async check(context) {
    const [all, missing] = [filesOf(context).length, missingOf(context)];
    if (missing.length > 0) return { state: 'todo', found: `${missing.length} missing: ${some(missing)}`, seen: missing };
    return { state: 'done', found: `${all} of ${plural(all, 'file')} there`, seen: missing };
  },
  async plan(_, missing = []) {
    return [
      {
        title: `write ${some(missing) || 'what is missing'}`,
        async run({ root, host }) {
          for (const file of missing) {
            if (file === '.gitignore') host.files.createText(path.join(root, file), gitignore);
            else host.files.createCopy(path.join(packageRoot, file), path.join(root, file));
          }
        },
      },
    ];
  },
};
