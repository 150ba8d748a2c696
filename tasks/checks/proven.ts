import type { Context } from '../core/context';
import { faultOf, Interrupted } from '../core/errors';
import { changedInputs, forget, type Inputs, recall, remember } from '../core/state';
import type { Finding, Step } from '../core/step';

interface Proven {
  name: string;
  title: string;
  /** Imperative: what proving it does. */
  action: string;
  /** All that the proof rests on; `undefined` where it cannot be proven yet, and `waits` says why. */
  inputs(context: Context): Inputs | undefined;
  waits?: string;
  /** Looks for real. @returns the evidence @throws UserError */
  prove(context: Context): Promise<string>;
}

/**
 * A step whose look is expensive. A quick look compares what the last proof rested on; the action is to
 * prove it again; a full look proves it and leaves nothing behind.
 */
export function provenStep({ name, title, action, inputs, waits = 'not looked at yet', prove }: Proven): Step {
  return {
    name,
    title,
    async check(context, depth): Promise<Finding> {
      const now = inputs(context);
      if (!now) return { state: 'todo', found: waits };
      if (depth === 'full') return proveNow(context, prove);
      const proof = recall(context, name);
      if (!proof) return { state: 'todo', found: 'not proven on this machine yet' };
      const changed = changedInputs(proof.inputs, now);
      return changed.length > 0
        ? { state: 'todo', found: 'proven before, but something changed', changed }
        : { state: 'done', found: proof.found };
    },
    async plan() {
      return [
        {
          title: action,
          async run(context) {
            forget(context, name);
            const found = await prove(context);
            const now = inputs(context);
            if (now) remember(context, name, { inputs: now, found });
          },
        },
      ];
    },
  };
}

async function proveNow(context: Context, prove: Proven['prove']): Promise<Finding> {
  try {
    return { state: 'done', found: await prove(context) };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const { code, found, needed = 'a proof', fix } = faultOf(error);
    return { state: 'blocked', code, found, needed, fix };
  }
}
