import { UserError } from '../../../common/errors';
import { some } from '../../../common/format';
import type { Context } from '../../../engine/context';
import type { EnvironmentDefinition } from '../definition';
import type { Damage } from './installed';

/** What is installed into, and how. */
interface Installation {
  /** What is damaged of what is there now. */
  look(): readonly Damage[];
  /** Installs; `again` names what is to be fetched and installed once more though it is there. */
  install(again?: readonly Damage[]): Promise<void>;
}

/**
 * Installs, and holds what came out to what the packages say of their files. uv links files out of its cache, so that an edit in
 * one environment damages the cache, and out of it every environment after: what is damaged is fetched and installed once more.
 * @throws UserError E_PACKAGE_BROKEN where it is damaged still
 */
export async function installWhole({ host }: Context, { task }: EnvironmentDefinition, { look, install }: Installation): Promise<void> {
  await install();
  const damaged = look();
  if (damaged.length === 0) return;
  host.processes.onNote?.(`note: ${textOf(damaged)} came damaged out of the installer's cache, and is fetched again`);
  await install(damaged);
  const still = look();
  if (still.length === 0) return;
  const names = still.map(({ name }) => name);
  throw new UserError({
    code: 'E_PACKAGE_BROKEN',
    found: `${textOf(still)} is damaged though it was installed twice`,
    needed: 'packages that consist of what their RECORD names',
    fix: `\`uv cache clean ${names.join(' ')}\` (pip: \`pip cache purge\`), then \`npx just ${task}\` where the package index can be reached\nif it stays, pin another version`,
  });
}

const textOf = (damaged: readonly Damage[]): string =>
  some(
    damaged.map(({ name, what }) => `${name} (${what})`),
    2,
  );
