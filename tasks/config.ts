import { defineTask, type LoraTask } from './cli/task';
import { usageError } from './common/errors';
import type { Context } from './engine/context';
import type { Step, Table } from './engine/step';

/** Prints the settings as they apply, with where each came from. */
export function configTask(): LoraTask {
  return defineTask({
    name: 'config',
    description: 'Print the settings that apply, and where each came from',
    details:
      "Defaults, then configs/, then this machine's own configs/*.local.yaml or *.remote.yaml, then JUST_LORA_ variables, then --set. Secrets are hidden.",
    example: 'npx just config --env=remote --only=training',
    onMachines: true,
    options: [{ name: 'only', value: 'section', description: 'the settings under this name, for example storage or training.lora' }],
    items: (context) => {
      // Wrong usage is told before anything is looked at.
      chosen(context);
      return [settings];
    },
    readOnly: true,
    depth: 'full',
    renderResult: (_, { steps }, width) => steps.map(({ table = [], found, warning }) => shown(table, found, warning, width)).join('\n'),
  });
}

/** Loaded when it is looked at: every start of just reads this file. */
const check = () => require('./checks/configuration-step') as typeof import('./checks/configuration-step');

const settings: Step = {
  name: 'config',
  title: 'Read the settings',
  async check(context, depth) {
    const finding = await check().configurationStep.check(context, depth);
    const wanted = chosen(context);
    return {
      ...finding,
      table: tableOf(wanted),
      data: { environment: context.environment, settings: wanted, values: context.settings },
    };
  },
};

function chosen(context: Context) {
  const all = check().resolvedSettings(context);
  const only = context.option('only');
  if (only === undefined) return all;
  const section = only.replace(/^setup\./, '').replace(/\.$/, '');
  const under = section === 'setup' ? all.filter(({ name }) => !/^(paths|training)\./.test(name)) : [];
  const found = all.filter(({ name }) => name === section || name.startsWith(`${section}.`));
  if (found.length + under.length > 0) return found.length > 0 ? found : under;
  const sections = [...new Set(all.flatMap(({ name }) => name.split('.').map((_, index, keys) => keys.slice(0, index + 1).join('.'))))];
  const { nearest } = require('./common/nearest') as typeof import('./common/nearest');
  const meant = nearest(section, sections);
  throw usageError(`unknown section \`${only}\``, meant ? `did you mean \`--only=${meant}\`?` : '`npx just config` lists all of them');
}

/** A row for each setting, a blank one between sections. */
function tableOf(settings: ReturnType<typeof chosen>): Table {
  const rows: Table = [['setting', 'value', 'from']];
  let last: string | undefined;
  for (const { name, value, from } of settings) {
    const section = name.split('.').slice(0, -1).join('.');
    if (last !== undefined && section !== last) rows.push(['', '', '']);
    last = section;
    rows.push([name, typeof value === 'string' && !/[\n\t]/.test(value) ? value : JSON.stringify(value), from]);
  }
  return rows;
}

/** Long values stand out of their column, so that the others stay in reach of the eye; at a terminal they go on in it. */
function shown(table: Table, found: string, warning: string | undefined, terminal: number | undefined): string {
  const last = ['', found, ...(warning ? [`warning: ${warning}`] : [])];
  if (terminal !== undefined) {
    const { columns } = require('./common/columns') as typeof import('./common/columns');
    return [columns(table, '', terminal), ...last].join('\n');
  }
  const width = (column: number, most: number) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0).filter((length) => length <= most));
  const [names, values] = [width(0, 60), width(1, 40)];
  const rows = table.map(([name = '', value = '', from = '']) => `${name.padEnd(names)}  ${value.padEnd(values)}  ${from}`.trimEnd());
  return [...rows, ...last].join('\n');
}
