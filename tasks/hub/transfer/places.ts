import { UserError } from '../../common/errors';
import type { SizedFile } from './file-download';

/** The folder of this machine that files come from, as the thread of the transfer needs to know it. */
export interface PlacesTask {
  /** The path of each file that comes from there. */
  places: ReadonlyMap<string, string>;
  /** The command that compares that folder with its own record, where it has one. */
  verify: string | undefined;
}

/** Files that come from a folder of this machine. One that is not right there comes from the Hub, where that may be asked. */
export class Places {
  readonly #there: Map<string, string>;

  /**
   * @param offline the variable that forbids the network
   * @param tell is told of each file that comes from the Hub instead
   */
  constructor(
    private readonly task: PlacesTask,
    private readonly offline: string | undefined,
    private readonly tell: (text: string) => void,
  ) {
    this.#there = new Map(task.places);
  }

  of(file: string): string | undefined {
    return this.#there.get(file);
  }

  /**
   * Takes a file from there no longer.
   * @param why what is wrong with it: `ends after 1 of 2 bytes`
   * @returns what is said of it; `undefined` where it came from the Hub already
   * @throws UserError E_MODEL_SOURCE where the network is forbidden
   */
  leave({ path: file }: SizedFile, why: string): string | undefined {
    const place = this.#there.get(file);
    if (place === undefined) return undefined;
    const said = `\`${place}\` ${why}`;
    if (this.offline) throw wrongThere(said, this.offline, this.task.verify);
    this.#there.delete(file);
    this.tell(`${said}: it comes from the Hub`);
    return said;
  }
}

const wrongThere = (said: string, variable: string, verify: string | undefined): UserError =>
  new UserError({
    code: 'E_MODEL_SOURCE',
    found: `${said}, and ${variable} is set`,
    needed: 'a folder with the bytes of the commit, or the network',
    fix: `\`unset ${variable}\`, then run the same command again: that file comes from the Hub${
      verify === undefined ? '' : `\n\`${verify}\` lists everything that is wrong there`
    }`,
  });
