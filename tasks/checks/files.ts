import * as path from 'node:path';
import type { Context } from '../core/context';
import type { Step } from '../core/step';
import { some } from '../core/text';
import { gitignore } from './gitignore-text';

/** Where the package lies: beside `tasks` in the repository, beside `lib` where it is installed. */
const packageRoot = path.resolve(__dirname, '..', '..');

/** What a project starts from. Written only where nothing is: from then on it is the user's. */
const templates = [
  'configs/setup.yaml',
  'configs/paths_config.json',
  'configs/training_config.yaml',
  'configs/constraints-local.txt',
  'configs/overrides-local.txt',
  'configs/schemas/setup.schema.json',
  'configs/schemas/paths.schema.json',
  'configs/schemas/training.schema.json',
  'requirements-local.txt',
  'requirements-local.lock',
  'scripts/paths.py',
  'scripts/config_loader.py',
  'scripts/settings_yaml.py',
  'scripts/settings_schema.py',
];

const missingOf = ({ root, host }: Context): string[] =>
  ['.gitignore', ...templates].filter(
    (file) => !host.files.lstat(path.join(root, file)) && (root !== packageRoot || file === '.gitignore'),
  );

export const filesStep: Step = {
  name: 'files',
  title: 'Lay out the project files',
  async check(context) {
    const missing = missingOf(context);
    if (missing.length > 0) return { state: 'todo', found: `${missing.length} missing: ${some(missing)}` };
    return { state: 'done', found: `${templates.length + 1} of ${templates.length + 1} files there` };
  },
  async plan(context) {
    const missing = missingOf(context);
    return [
      {
        title: `write ${some(missing) || 'what is missing'}`,
        async run({ root, host }) {
          for (const file of missing) {
            const text = file === '.gitignore' ? gitignore : host.files.readText(path.join(packageRoot, file));
            if (text !== undefined) host.files.createText(path.join(root, file), text);
          }
        },
      },
    ];
  },
};
