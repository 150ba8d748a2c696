import { type Breakage, breakages, conflicts } from './known-breakages';
import type { Versions } from './models';
import { inRange } from './satisfies';

export interface Conflict {
  /** `trl 0.7.4 needs transformers <4.43, 4.45.2 is there`. */
  text: string;
  /** The requirement that mends it: `transformers<4.43`. */
  cure: string;
  symptom: string;
  source: string;
}

/** Packages that are installed and do not go together, each with its cure. */
export function conflictsIn(versions: Versions): Conflict[] {
  return conflicts.flatMap(({ has: [name, range], needs: [other, wanted], symptom, source }) => {
    const [there, its] = [versions.get(name), versions.get(other)];
    if (!there || !inRange(there, range) || (its && inRange(its, wanted))) return [];
    const limit = wanted === '*' ? '' : wanted;
    return [
      {
        text: `${name} ${there} needs ${limit ? `${other} ${limit}` : other}, ${its ? `${its} is there` : 'which is not there'}`,
        cure: `${other}${limit}`,
        symptom,
        source,
      },
    ];
  });
}

/** The known breakage that a text of Python's shows. */
export function breakageIn(text: string): Breakage | undefined {
  return breakages.find(({ says }) => says.test(text));
}
