/** What a `CUDA_VISIBLE_DEVICES` names, before it is held against the cards that are there. */
export interface VisibleDevices {
  /** Numbers of cards, beginnings of UUIDs of cards, or names of MIG devices: never two of these in one value. */
  kind: 'number' | 'GPU' | 'MIG';
  /** In their order, up to the first that is none of the kind; a number as `nvidia-smi` writes it. */
  entries: readonly string[];
  /** An entry that is there twice: CUDA shows no card at all then. */
  repeated?: string;
}

/**
 * Reads the variable as torch does, which trains: `_parse_visible_devices` of torch/cuda/__init__.py (the same in 2.1 and 2.10) follows
 * what CUDA does. The first entry decides the kind, and what is of another one ends the list. A number is what an entry begins with
 * (`1gpu` and `+1` are 1, `0x1` is 0), and less than 0 ends the list. A blank stands before numbers alone, and no case is changed.
 * CUDA Programming Guide, "CUDA Environment Variables", says the same of what is behind a wrong entry.
 */
export function parseVisibleDevices(visible: string): VisibleDevices {
  const kind = visible.startsWith('GPU-') ? 'GPU' : visible.startsWith('MIG-') ? 'MIG' : 'number';
  const entries: string[] = [];
  for (const text of visible.split(',')) {
    const entry = kind === 'number' ? numberAtStart(text) : text;
    if (entry !== undefined && entries.includes(entry)) return { kind, entries: [], repeated: entry };
    if (entry === undefined || (kind !== 'number' && !entry.startsWith(`${kind}-`))) break;
    entries.push(entry);
  }
  return { kind, entries };
}

function numberAtStart(text: string): string | undefined {
  const digits = /^[+-]?\d{1,15}/.exec(text.trim())?.[0];
  const number = Number(digits);
  // -0 is 0, to a reader of digits.
  return digits === undefined || number < 0 ? undefined : String(Math.abs(number));
}

/** How many devices CUDA would show, no driver asked: of MIG devices one at most. `undefined` where the variable is not set. */
export function countVisibleDevices(visible: string | undefined): number | undefined {
  if (visible === undefined) return undefined;
  const { kind, entries } = parseVisibleDevices(visible);
  return kind === 'MIG' ? Math.min(1, entries.length) : entries.length;
}
