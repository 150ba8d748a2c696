/** Where the first of a kind stands. */
export interface Place {
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column?: number;
  /** The row around it, without secrets. */
  quote?: string;
  /** What a reader needs beside the kind: the column's name, a word. */
  detail?: string;
}

/** How many of a kind there are, and the first. */
export interface Tally {
  count: number;
  first: Place;
}

export type Tallies = Record<string, Tally>;

/** Counts kinds of faults. What tells of the first is only made for the first. */
export class Counter {
  readonly tallies: Tallies = {};

  add(kind: string, place: () => Place, count = 1): void {
    const known = this.tallies[kind];
    if (known) known.count += count;
    else this.tallies[kind] = { count, first: place() };
  }
}

/** Adds what was counted further on in a file: its lines come behind those before. */
export function addTallies(to: Tallies, more: Tallies, linesBefore: number): void {
  for (const [kind, { count, first }] of Object.entries(more)) {
    const known = to[kind];
    if (known) known.count += count;
    else to[kind] = { count, first: { ...first, line: first.line + linesBefore } };
  }
}
