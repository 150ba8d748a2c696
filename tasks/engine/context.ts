import type { Environment } from '../common/environment';
import type { Fault } from '../common/errors';
import type { Host } from '../platform';
import type { Origins } from '../settings/read/merge';
import type { Settings } from '../settings/schema/definition';
import type { Resources } from './resources';

/** All that a step may look at and act through. */
export interface Context {
  /** The task that runs, as in `npx just TASK`. */
  task: string;
  /** Absolute path of the project. */
  root: string;
  host: Host;
  environment: Environment;
  settings: Settings;
  origins: Origins;
  /** Settings by names that the next version does not read, each by file, line and column. */
  settingsWarnings?: readonly string[];
  /** What is wrong with the settings, for a task that goes on all the same. */
  settingsFault?: Fault;
  /** The last value of a task's own option, '' for a switch, `undefined` where it was not given. */
  option(name: string): string | undefined;
  /** Every value of an option that may be repeated. */
  optionValues(name: string): readonly string[];
  /** The names of the options that were given, in the order of the command line. */
  optionNames(): readonly string[];
  /** Never change what is committed, a lock for example: `--locked`, or `CI`. */
  locked: boolean;
  /** What is found is also done: a look may begin to fetch, into memory, what its action will need. */
  acts?: boolean;
  /** What the steps of this run share. */
  resources: Resources;
  /** True where `--force` named this step or no step at all. */
  forced(step: string): boolean;
}
