import { type Fault, UserError } from '../../common/errors';
import { moveAside } from '../../engine/aside';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';

/** Something of somebody else's has a name that we need: it is never touched. */
export function foreignFault(context: Context, obstacle: string, found: string, needed: string): Fault & { needed: string } {
  return { code: 'E_VENV_FOREIGN', found, needed, fix: moveAside(context, obstacle) };
}

/** Somebody else's folder stands where the environment itself should be. */
export const foreignPlace = (context: Context, { found, obstacle }: { found: string; obstacle: string }): Fault & { needed: string } =>
  foreignFault(context, obstacle, found, 'a free place, or an environment that just-lora made');

/** @throws UserError E_VENV_FOREIGN where something is in the way of what waits beside an environment */
export function refuseForeign(context: Context, aside: string): void {
  if (!context.host.files.lstat(aside)) return;
  const found = `\`${shown(context.root, aside)}\` is in the way, and just-lora did not make it`;
  throw new UserError(foreignFault(context, aside, found, 'a place for the environment before, until the new one stands'));
}
