import { usageError } from '../common/errors';
import { nearest } from '../common/nearest';
import type { RentedCard } from '../knowledge/rented-cards';
import type { Job } from './job';

/** Where the file lies, and what it may rest on. */
export interface Place {
  /** As a person names it from the project's folder. */
  file: string;
  /** From the file's folder to that of the project: `..` */
  toRoot: string;
  /** The project is a git repository with an address that others can fetch from. */
  hasAddress: boolean;
}

/** Somebody else's program that rents machines and runs things on them. */
export interface Engine {
  /** As it writes itself. */
  title: string;
  /** Where its file goes, from the project's folder. */
  file: string;
  /** Whether it has a name for a card. */
  knows(card: RentedCard): boolean;
  /** What `--keep` takes, as a regular expression and in words. */
  keeps: { pattern: RegExp; words: string };
  /** The lines of its file. */
  text(job: Job, place: Place): string[];
}

/** The engines by the names that `--to` takes. */
const engines = {
  skypilot: () => (require('./skypilot') as typeof import('./skypilot')).skypilot,
  dstack: () => (require('./dstack') as typeof import('./dstack')).dstack,
};

/** The engine of `--to`. @throws UserError E_USAGE */
export function engineNamed(wanted: string | undefined): { name: string; engine: Engine } {
  const names = Object.keys(engines);
  if (wanted === undefined)
    throw usageError('`--to` names the engine', `\`npx just export --to=${names.join('` or `npx just export --to=')}\``);
  const engine = Object.hasOwn(engines, wanted) ? engines[wanted as keyof typeof engines] : undefined;
  if (engine) return { name: wanted, engine: engine() };
  const meant = nearest(wanted, names);
  throw usageError(
    `\`--to=${wanted}\` is no engine that is known`,
    meant ? `did you mean \`--to=${meant}\`?` : `one of ${names.join(', ')}`,
  );
}
