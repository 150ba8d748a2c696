import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import { byteName, shownName, textName } from '../../common/shown-name';
import { relativeFault } from '../../untrusted/names';

/**
 * Programs that hand names to shells, globs and web requests are given plain ones alone.
 * @param otherWay what carries every name, as the end of a sentence; '' where nothing does for this remote
 * @throws UserError E_NAME with every name, before anything is sent
 */
export function refuseNames(program: string, folder: string, names: Iterable<string>, otherWay: string): void {
  const bad = [...names].filter((name) => !isPlain(name));
  if (bad.length === 0) return;
  throw new UserError({
    code: 'E_NAME',
    found: `${program} cannot be trusted with ${bad.length === 1 ? 'the name' : `${bad.length} names`} ${some(bad.map((name) => `\`${shownName(`${folder}/${name}`)}\``))}`,
    needed: 'letters, digits, blanks and `_ . , @ % + = : # ~ -`, in UTF-8, with no dash in front',
    fix: `rename what is named\nto leave it out: \`--exclude\`${otherWay && `\n${otherWay}`}`,
  });
}

function isPlain(name: string): boolean {
  const text = textName(name);
  return (
    byteName(text) === name &&
    relativeFault(text) === undefined &&
    text.split('/').every((part) => /^(?!-)[\p{L}\p{M}\p{N} _.,@%+=:#~-]+$/u.test(part) && part.trim() === part)
  );
}
