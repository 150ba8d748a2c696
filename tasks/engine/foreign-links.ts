import * as path from 'node:path';
import { UserError } from '../common/errors';
import { shellWord } from '../common/format';
import { stateFolder } from '../platform/files/private';
import { isPersonal } from '../settings/read/is-personal';
import type { Context } from './context';
import { absolute, below, shown } from './paths';

/**
 * Links on the way to what we write that another user put there: they would lead our writing, or what we take for our
 * own records, to where that user likes. One of ours, of root or of the owner of the project is followed, and so is one
 * that a person of this machine names in the settings.
 * @throws UserError E_FOREIGN_LINK
 */
export function refuseForeignLinks(context: Context): void {
  const { root, host, settings } = context;
  if (host.platform === 'win32') return;
  const { models_dir, adapters_dir } = settings.paths;
  const trusted = [host.userId, 0, host.files.stat(root)?.uid];
  const ways: [folder: string, setting: string | undefined][] = [
    [path.join(root, stateFolder), undefined],
    [absolute(context, models_dir), 'paths.models_dir'],
    [absolute(context, adapters_dir), 'paths.adapters_dir'],
  ];
  for (const [folder, setting] of ways) {
    // What lies elsewhere is there because the settings say so.
    const parts = below(root, folder)?.split(path.sep);
    if (!parts || (setting && isPersonal(context, setting))) continue;
    for (const [at] of parts.entries()) {
      const part = path.join(root, ...parts.slice(0, at + 1));
      const entry = host.files.lstat(part);
      if (!entry?.isSymbolicLink() || trusted.includes(entry.uid)) continue;
      const name = shown(root, part);
      const target = host.files.linkTarget(part) ?? '';
      throw new UserError({
        code: 'E_FOREIGN_LINK',
        found: `\`${name}\` is a link of another user (number ${entry.uid}) to \`${target}\``,
        needed: `a folder, or a link of your own`,
        fix: `\`ln -sfn ${shellWord(target)} ${shellWord(name)}\` makes it yours where that is the right place, \`rm ${shellWord(name)}\` removes it${
          setting ? `\nto follow it as it is: \`--set ${setting}=${shellWord(shown(root, folder))}\`` : ''
        }`,
      });
    }
  }
}
