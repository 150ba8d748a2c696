import { columns } from '../../common/columns';
import { plural } from '../../common/format';
import type { Context } from '../../engine/context';
import { packagesIn, sitePackagesFor } from '../prefix/site-packages';
import { type EnvironmentDefinition, targetOf } from './definition';
import { requestedPackages } from './packages/packages';

/** The packages of an environment as a person reads them: what was asked for, then what came along. */
export function installedSummary(context: Context, definition: EnvironmentDefinition, width?: number): string {
  const installed = packagesIn(context.host, sitePackagesFor(context.host, targetOf(context, definition), definition.pythonVersion));
  const asked = requestedPackages(context, definition);
  const rows = installed.filter(({ name }) => asked.has(name)).map(({ name, version }) => [name, version]);
  const others = installed.filter(({ name }) => !asked.has(name)).map(({ name, version }) => `${name} ${version}`);
  const table = columns([['package', 'version'], ...rows], '  ', width);
  return others.length === 0
    ? table
    : `${table}\n\nand ${plural(others.length, 'package')} that they need:\n${listed(others, Math.min(100, (width ?? 102) - 2))}`;
}

function listed(items: readonly string[], width: number): string {
  const lines = [''];
  for (const item of items) {
    const line = lines.at(-1) ?? '';
    if (line.length + item.length + 3 > width) lines.push(item);
    else lines[lines.length - 1] = line ? `${line}, ${item}` : item;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}
