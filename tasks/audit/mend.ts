import * as path from 'node:path';
import type { Context } from '../engine/context';
import { scratchFolder } from '../engine/scratch';
import { fetching } from '../environments/python/outside';
import type { EnvironmentDefinition } from '../environments/venv/definition';
import { parseLock } from '../environments/venv/lock/lock-file';
import { pinsOf } from '../environments/venv/lock/pins';
import { requirementsText } from '../environments/venv/requirements';
import { toolsFor } from '../environments/venv/tools';
import { pinsThatBring } from './brought-by';

/** What would put one package right. */
export interface Mend {
  /** Pins that keep the version which is there: none where the lock alone holds it. */
  keptBy: readonly string[];
  /** What a person would change; nothing is changed by the audit. */
  change: string;
}

/**
 * The smallest change that brings a package to a version: tried with uv, first with every pin as it is, then with its own pin moved,
 * then with one other pin let go upwards, of those that bring it.
 * @param to the version that is wanted, or the first one that would do
 */
export async function mendOf(
  context: Context,
  definition: EnvironmentDefinition,
  { name, version }: { name: string; version: string },
  to: string,
): Promise<Mend> {
  const requirements = requirementsText(context, definition) ?? '';
  const lock = context.host.files.readText(path.resolve(context.root, definition.lock)) ?? '';
  const pins = pinsOf(requirements).filter((pin) => pin.version !== undefined);
  const pinned = new Set(pins.map((pin) => pin.name));
  const bring = pinsThatBring(lock, name, pinned);
  const pinText = (one: string) => `${one}==${pins.find((pin) => pin.name === one)?.version}`;
  const own = pinned.has(name);
  const { uv } = await toolsFor(context, definition);
  if (!uv)
    return {
      keptBy: own ? [pinText(name)] : bring.map(pinText),
      change: `${name} ${to} or newer; whether the other pins let it is not known without uv`,
    };
  const moved = own ? withLine(requirements, name, `${name}==${to}`) : requirements;
  const resolve = (text: string, lowest = false) => resolved(context, definition, uv.command, text, `${name}>=${to}`, lock, lowest);
  if (await resolve(moved))
    return own
      ? { keptBy: [pinText(name)], change: `\`${name}==${to}\` instead of \`${name}==${version}\` in \`${definition.requirements}\`` }
      : { keptBy: [], change: `a line \`${name}>=${to}\` in \`${definition.constraints}\`: every pin lets it` };
  for (const other of bring.filter((one) => one !== name)) {
    const from = pins.find((pin) => pin.name === other)?.version ?? '';
    const versions = await resolve(withLine(moved, other, `${other}>=${from}`), true);
    const then = versions?.get(other);
    if (!then) continue;
    const both = own ? `\`${name}==${to}\` and ` : '';
    return {
      keptBy: [...(own ? [pinText(name)] : []), pinText(other)],
      change: `${both}\`${other}==${then}\` instead of \`${other}==${from}\` in \`${definition.requirements}\``,
    };
  }
  const all = [...new Set([...(own ? [name] : []), ...bring])].map(pinText);
  return { keptBy: all, change: `${name} ${to} or newer, for which more than one pin has to move` };
}

/** Requirements with the line of one package replaced. */
function withLine(text: string, name: string, line: string): string {
  return text
    .split(/\r?\n/)
    .map((one) => (pinsOf(one)[0]?.name === name ? line : one))
    .join('\n');
}

/** The versions that uv would take, by name; `undefined` where no set of versions fits. Versions of the lock are kept where they do. */
async function resolved(
  context: Context,
  { constraints, overrides, compileFor, pythonVersion }: EnvironmentDefinition,
  uv: string,
  requirements: string,
  wanted: string,
  lock: string,
  lowest: boolean,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { files, processes } = context.host;
  const folder = await scratchFolder(context.host, 'audit');
  try {
    const place = (name: string, text: string) => {
      files.writeText(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const output = place('lock.txt', lock);
    const there = (file: string) => files.readText(path.resolve(context.root, file)) ?? '';
    const args = [
      ...['pip', 'compile', '--quiet', '--no-header', '--no-annotate', ...compileFor, '--python-version', pythonVersion],
      ...(lowest ? ['--resolution', 'lowest-direct'] : []),
      ...['--constraints', place('constraints.txt', `${there(constraints)}\n${wanted}\n`)],
      ...['--overrides', place('overrides.txt', there(overrides))],
      ...['--output-file', output, place('requirements.txt', requirements)],
    ];
    const { exitCode } = await processes.run(uv, args, fetching(context));
    if (exitCode !== 0) return undefined;
    const body = (files.readText(output) ?? '').split(/\r?\n/);
    return new Map(body.flatMap((line) => pinsOf(line)).flatMap(({ name, version }) => (version ? [[name, version] as const] : [])));
  } finally {
    files.remove(folder);
  }
}

/** The packages of a lock, each version once. */
export const packagesOf = (text: string): { name: string; version: string }[] => [
  ...new Map(parseLock(text).map(({ name, version }) => [`${name} ${version}`, { name, version }])).values(),
];
