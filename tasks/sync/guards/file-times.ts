import { UserError } from '../../common/errors';
import { shellWord, some } from '../../common/format';
import { shownName } from '../../common/shown-name';
import type { Listing } from '../compare/listing';

/** Seconds since 1970 in 32 bits without a sign: what SFTP carries (draft-ietf-secsh-filexfer-02, 5), by which scp and rclone send. */
const mostSeconds = 2 ** 32 - 1;

/**
 * A file from before 1970 arrives with a date of the next century: newer than any work, for whoever compares.
 * @throws UserError E_FILE_TIME with every name, before anything is sent
 */
export function refuseTimes(program: string, folder: string, names: Iterable<string>, source: Listing): void {
  const files: ReadonlyMap<string, { modifiedMs: number }> = source;
  const bad = [...names].filter((name) => !isCarried(files.get(name)?.modifiedMs));
  if (bad.length === 0) return;
  const shown = bad.map((name) => shownName(`${folder}/${name}`));
  throw new UserError({
    code: 'E_FILE_TIME',
    found: `${some(shown.map((name) => `\`${name}\``))}: changed before 1970 or after 2106 by ${bad.length === 1 ? 'its date' : 'their dates'}, which ${program} does not carry`,
    needed: 'dates from 1970 to 2106',
    fix: `\`touch ${shown.slice(0, 5).map(shellWord).join(' ')}\` gives ${bad.length === 1 ? 'it' : 'them'} the date of today, where the files are\nto leave out what is named: \`--exclude\``,
  });
}

const isCarried = (modifiedMs = 0): boolean => modifiedMs >= 0 && modifiedMs / 1000 <= mostSeconds;
