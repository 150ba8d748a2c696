import { faultOf, Interrupted, UserError } from '../common/errors';
import type { Context } from '../engine/context';
import { changedInputs, deleteProof, type Inputs, readProof, writeProof } from '../engine/state';
import type { Finding, Progress, Step } from '../engine/step';

interface Proven {
  name: string;
  title: string;
  /** Imperative: what proving it does. */
  action: string;
  /** All that the proof rests on; `undefined` where it cannot be proven yet, and `waits` says why. */
  inputs(context: Context): Inputs | undefined | Promise<Inputs | undefined>;
  waits?: string | ((context: Context) => Finding);
  /**
   * Looks for real. It leaves nothing behind where it is a mere look; as an action it may warm caches.
   * @returns the evidence, or a finding @throws UserError
   */
  prove(context: Context, progress: (progress: Progress) => void, as: 'look' | 'action'): Promise<string | Finding>;
}

/**
 * A step whose look is expensive. A quick look compares what the last proof rested on; the action is to
 * prove it again; a full look proves it and leaves nothing behind.
 */
export function cachedStep({ name, title, action, inputs, waits = 'not checked yet', prove }: Proven): Step {
  return {
    name,
    title,
    async check(context, depth): Promise<Finding> {
      const now = await inputs(context);
      if (!now) return typeof waits === 'string' ? { state: 'todo', found: waits } : waits(context);
      if (depth === 'full') return proveNow(context, prove);
      return readCachedFinding(context, name, now) ?? { state: 'todo', found: 'not proven on this machine yet' };
    },
    async plan() {
      return [
        {
          title: action,
          async run(context, progress) {
            deleteProof(context, name);
            const before = await inputs(context);
            const found = evidenceOf(await prove(context, progress, 'action'));
            // What changed while it was looked at is not vouched for.
            if (before) writeProof(context, name, { inputs: before, found });
          },
        },
      ];
    },
  };
}

/** What the last proof says of now; `undefined` where there is none. */
export function readCachedFinding(context: Context, name: string, now: Inputs): Extract<Finding, { state: 'done' | 'todo' }> | undefined {
  const proof = readProof(context, name);
  if (!proof) return undefined;
  const changed = changedInputs(proof.inputs, now);
  if (changed.length > 0) return { state: 'todo', found: 'proven before, but something changed', changed };
  return { state: 'done', found: proof.found, ...(proof.data ? { data: proof.data } : {}) };
}

/** @throws UserError for a finding that is not done */
function evidenceOf(proof: string | Finding): string {
  if (typeof proof === 'string') return proof;
  if (proof.state === 'done') return proof.found;
  const { code = 'E_NOT_DONE', found, fix = 'fix what is named above', tail } = { code: undefined, fix: undefined, ...proof };
  throw new UserError({ code, found, ...('needed' in proof ? { needed: proof.needed } : {}), fix, ...(tail ? { tail } : {}) });
}

async function proveNow(context: Context, prove: Proven['prove']): Promise<Finding> {
  try {
    const proof = await prove(context, () => undefined, 'look');
    return typeof proof === 'string' ? { state: 'done', found: proof } : proof;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const { code, found, needed = 'a proof', fix, tail } = faultOf(error);
    return code === 'E_UNEXPECTED'
      ? { state: 'unknown', found }
      : { state: 'blocked', code, found, needed, fix, ...(tail ? { tail } : {}) };
  }
}
