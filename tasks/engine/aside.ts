import { shellWord } from '../common/format';
import type { Context } from './context';
import { shown } from './paths';

/**
 * A path at which nothing is, not even a link that leads nowhere: the wanted one, else with `-2`, `-3` and so on behind it.
 * @param ending stays behind the number: `.html`
 */
export function freeName({ host }: Pick<Context, 'host'>, wanted: string, ending = ''): string {
  const stem = wanted.slice(0, wanted.length - ending.length);
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${stem}-${number}${ending}`;
    if (!host.files.lstat(name)) return name;
  }
}

/** Where what is in the way is kept, beside its place. */
export const keptName = (context: Pick<Context, 'host'>, file: string): string => freeName(context, `${file}.kept`);

/** The command that moves what is in the way aside, and loses nothing. @param file absolute */
export function moveAside(context: Pick<Context, 'root' | 'host'>, file: string): string {
  const [name, kept] = [file, keptName(context, file)].map((each) => shown(context.root, each));
  return `mv ${name?.startsWith('-') ? '-- ' : ''}${shellWord(name ?? '')} ${shellWord(kept ?? '')}`;
}
