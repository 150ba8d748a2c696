import { UserError } from '../../common/errors';
import { shellWord } from '../../common/format';
import { moveAside } from '../../engine/aside';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';

/**
 * What is in a file that may hold a token, `undefined` where there is none. One that cannot be read stops the run, as huggingface_hub
 * does: it counts before the files that come after it.
 * @throws UserError E_NOT_READABLE
 */
export function readTokenFile(context: Context, file: string): string | undefined {
  try {
    return context.host.files.readText(file)?.trim();
  } catch (error) {
    if (error instanceof UserError) throw noFile(context, file, error);
    throw notReadable(context, file, (error as NodeJS.ErrnoException).code ?? 'no code');
  }
}

/** Where the file is a variable's, and what helps besides. */
function wayOf({ host }: Context): { named: string; instead: string } {
  return host.env.HF_TOKEN_PATH
    ? {
        named: ' (`HF_TOKEN_PATH`)',
        instead: 'or name a file of your own: `export HF_TOKEN_PATH=FILE`; without one: `unset HF_TOKEN_PATH`',
      }
    : { named: '', instead: 'or go without the file: `export HF_TOKEN=…`' };
}

/** A pipe or a device from which no token comes. */
function noFile(context: Context, file: string, { fault }: UserError): UserError {
  const { named, instead } = wayOf(context);
  return new UserError({
    ...fault,
    found: `${fault.found}, where the token of the Hub is looked for${named}`,
    needed: 'a file with the token, or nothing',
    // What the system itself has there is nobody's to move; files in memory are a person's.
    fix: /^\/(?:dev(?!\/shm\/)|proc)\//.test(file) ? instead.replace(/^or /, '') : `\`${moveAside(context, file)}\`\n${instead}`,
  });
}

/** A secret stays its owner's: no cure opens the file to everybody. */
function notReadable(context: Context, file: string, code: string): UserError {
  const place = `\`${shown(context.root, file)}\``;
  const { named, instead } = wayOf(context);
  if (code === 'EISDIR')
    return new UserError({
      code: 'E_NOT_READABLE',
      found: `${place}${named} is a folder, where the token of the Hub is looked for`,
      needed: 'a file with the token, or nothing',
      fix: `\`${moveAside(context, file)}\`\n${instead}`,
    });
  return new UserError({
    code: 'E_NOT_READABLE',
    found: `${place}${named} holds the token of the Hub and cannot be read by this user (${code})`,
    needed: 'a token file that this user, and nobody else, can read',
    fix: `${ownCure(context, file)}\n${instead}`,
  });
}

/** By whose it is: one's own needs a right, another's needs an owner. */
function ownCure({ host, root }: Context, file: string): string {
  const word = shellWord(shown(root, file));
  try {
    const uid = host.files.stat(file)?.uid;
    return uid !== undefined && uid === process.getuid?.()
      ? `\`chmod 600 ${word}\``
      : `\`sudo chown "$(id -un)" ${word} && chmod 600 ${word}\`, where it is yours`;
  } catch {
    return `\`ls -ld ${word}\` shows which folder above it is closed to this user`;
  }
}
