import * as path from 'node:path';
import { filesStep } from './checks/files-step';
import { defineTask, type LoraTask } from './cli/task';
import { plural } from './common/format';
import { moveAside } from './engine/aside';
import type { Context } from './engine/context';
import { isMovableFile } from './engine/needed';
import { projectPaths, shown } from './engine/paths';
import type { Step } from './engine/step';

interface Missing {
  folders: readonly string[];
  keeps: readonly string[];
}

const nothing: Missing = { folders: [], keeps: [] };

/** Folders of data, models and adapters, with a `.gitkeep` where git should keep them. */
const folders: Step<Missing> = {
  name: 'mkdirs',
  title: 'Make the folders',
  async check(context) {
    const { root, host } = context;
    const wanted = foldersOf(context);
    for (const folder of wanted) {
      const obstacle = obstacleTo(context, folder);
      if (obstacle)
        return {
          state: 'blocked',
          code: 'E_PATH_TAKEN',
          found: `\`${shown(root, obstacle)}\` is in the way: ${whatIs(context, obstacle)}`,
          needed: `a folder at \`${shown(root, folder)}\``,
          fix: await cureOf(context, folder, obstacle),
        };
    }
    const seen = {
      folders: wanted.filter((folder) => !host.files.stat(folder)),
      keeps: keepsOf(context).filter((file) => !host.files.lstat(file)),
    };
    const all = `of ${plural(wanted.length, 'folder')}`;
    if (seen.folders.length + seen.keeps.length === 0) return { state: 'done', found: `${wanted.length} ${all} there`, seen };
    if (seen.folders.length === 0) return { state: 'todo', found: `no \`.gitkeep\` in ${keptIn(root, seen)}`, seen };
    return { state: 'todo', found: `${seen.folders.length} ${all} missing`, seen };
  },
  async plan({ root }, seen = nothing) {
    const { folders: missing, keeps } = seen;
    const titles = [
      ...(missing.length > 0 ? [`make ${missing.map((folder) => shown(root, folder)).join(', ')}`] : []),
      ...(keeps.length > 0 ? [`keep ${keptIn(root, seen)} in git by a \`.gitkeep\``] : []),
    ];
    return [
      {
        title: titles.join('; ') || 'make what is missing',
        async run({ host }) {
          for (const folder of missing) host.files.makeFolder(folder);
          for (const file of keeps) host.files.createText(file, '');
        },
      },
    ];
  },
};

const keptIn = (root: string, { keeps }: Missing): string => keeps.map((file) => shown(root, path.dirname(file))).join(', ');

/** Loaded when it is asked for: every start of just reads this file. */
const blockStep = () => (require('./checks/gitignore-block-step') as typeof import('./checks/gitignore-block-step')).gitignoreBlockStep;

/** Makes the folders of the project and the files that it starts from. Paths come from the settings. */
export function mkdirsTask(): LoraTask {
  return defineTask({
    name: 'mkdirs',
    description: 'Make the folders and the files that the project starts from',
    details: 'Paths come from configs/paths_config.json; a folder that is a link is respected, a file in the way is never replaced.',
    example: 'npx just mkdirs --plan',
    onMachines: true,
    options: [{ name: 'gitignore', description: 'add what git must ignore to your .gitignore, between two marks' }],
    items: (context) => [folders, filesStep, ...(context.option('gitignore') === undefined ? [] : [blockStep()])],
  });
}

function foldersOf(context: Context): string[] {
  const { hf_home: _, ...paths } = projectPaths(context);
  return [...Object.values(paths), path.join(context.root, 'scripts'), path.join(context.root, 'configs')];
}

function keepsOf(context: Context): string[] {
  const { hf_home: _, ...paths } = projectPaths(context);
  // Another volume is not git's.
  return Object.values(paths)
    .filter(
      (folder) =>
        (context.host.files.realPath(folder) ?? folder).startsWith(`${context.host.files.realPath(context.root)}${path.sep}`) ||
        (!context.host.files.stat(folder) && folder.startsWith(context.root + path.sep)),
    )
    .map((folder) => path.join(folder, '.gitkeep'));
}

/** What is needed as it is, or is no file, is not to be moved: then the setting is wrong. */
async function cureOf(context: Context, folder: string, obstacle: string): Promise<string> {
  const isLink = context.host.files.lstat(obstacle)?.isSymbolicLink();
  if (isLink)
    return `mount what it leads to, then run the same command again\nif it leads nowhere any more: \`${moveAside(context, obstacle)}\``;
  const [setting] = Object.entries(projectPaths(context)).find(([, place]) => place === folder) ?? [];
  if (setting === undefined || (await isMovableFile(context, obstacle))) return moveAside(context, obstacle);
  const from = context.origins.get(`paths.${setting}`) ?? 'default';
  return `name another folder with \`paths.${setting}\`, which ${from === '--set' ? '`--set`' : from} sets to \`${shown(context.root, folder)}\``;
}

const whatIs = ({ host: { files } }: Context, obstacle: string): string =>
  files.lstat(obstacle)?.isSymbolicLink() ? `it is a link to \`${files.linkTarget(obstacle)}\`, where no folder is` : 'it is not a folder';

/** What stands where the folder or one above it should be: a file, or a link that leads nowhere. */
function obstacleTo({ host }: Context, folder: string): string | undefined {
  for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
    if (!host.files.lstat(at)) continue;
    return host.files.stat(at)?.isDirectory() ? undefined : at;
  }
  return undefined;
}
