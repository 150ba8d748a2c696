import { travels } from '../../common/pattern';
import type { Context } from '../../engine/context';
import { type Folder, ownExcludes } from './folders';

/** Patterns that a person gave, as rsync reads them: the first one that fits a file decides, includes in front. */
export interface Filters {
  include: readonly string[];
  exclude: readonly string[];
}

/** Those of the settings, and those of the command line behind them. */
export const filtersOf = ({ settings, optionValues }: Context): Filters => ({
  include: [...settings.setup.sync.include, ...optionValues('include')],
  exclude: [...settings.setup.sync.exclude, ...optionValues('exclude')],
});

/** Does a file of this folder travel, by our own patterns and by those that were given? */
export const chosen = (folder: Folder, filters: Filters, name: string): boolean =>
  travels(name, { own: [...ownExcludes, ...folder.own], ...filters });
