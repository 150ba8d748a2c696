import { byteName, shownName } from '../../common/shown-name';
import { oneLine } from '../../untrusted/text';
import { WrongAnswer } from './wrong-answer';

/** Bytes that a path may have (PATH_MAX). */
const pathBytes = 4096;

/**
 * A path that the other side says it has, absolute, in UTF-8. It becomes an argument of rsync and scp behind `HOST:`, where a colon
 * in front would ask for another protocol.
 * @param key what it is called
 * @throws WrongAnswer for what is none
 */
export function pathThere(key: string, value: string): string {
  if (value.startsWith('/') && Buffer.byteLength(value) <= pathBytes && !/\p{C}/u.test(value) && !value.split('/').includes('..'))
    return value;
  throw new WrongAnswer(`says that its \`${key}\` is \`${oneLine(shownName(byteName(value.slice(0, 500))))}\`, which is no path`);
}
