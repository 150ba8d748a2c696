import type { Step } from '../engine/step';
import { trainedAdapters, trainedTable } from './trained';

/** A pull that, once it has brought something, shows what the adapters that are here were trained with. */
export function withTrainings<Seen>(step: Step<Seen>): Step<Seen> {
  return {
    ...step,
    async check(context, ...more) {
      const looked = await step.check(context, ...more);
      if (looked.state !== 'done' || !looked.data?.['sent']) return looked;
      const trained = trainedAdapters(context);
      return trained.length > 0 ? { ...looked, table: trainedTable(trained), data: { ...looked.data, trained } } : looked;
    },
  };
}
