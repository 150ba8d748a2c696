import type { Context } from '../../engine/context';
import { shapesOf } from '../../gpu/look';
import { estimate } from '../../gpu/memory/memory';
import { stepsOf } from '../../gpu/memory/steps-of';
import { memoryConfigFor, memoryConfigOf } from '../../gpu/memory/training-memory-config';
import type { FileReport } from '../look-at-file';
import type { Lengths } from './lengths';
import type { LengthPlan } from './measure';
import { LengthTally } from './tally-lengths';

/** Lengths of all files, for each model and split. */
export async function lengthsOf(context: Context, files: readonly FileReport[], plan: LengthPlan): Promise<Lengths[]> {
  const config = memoryConfigOf(context.settings.training);
  const shapes = await shapesOf(context);
  const { processes, arguments: run } = context.settings.training;
  const splits = [...new Set(files.map(({ file }) => file.split))];
  return splits.flatMap((split) =>
    plan.models.flatMap(({ name, tokenizer, template }, index): Lengths[] => {
      const all = new LengthTally();
      for (const { file, lengths } of files) if (file.split === split && lengths[index]) all.addTally(lengths[index]);
      if (all.examples === 0) return [];
      const keeps99 = all.quantile(0.99);
      const known = shapes.find((each) => each.name === name);
      const need = (sequenceLength: number) =>
        known?.shape && estimate(known.shape, { ...memoryConfigFor(config, known.attention), sequenceLength }).total;
      const [memory, memoryFor99] = [need(plan.limit), need(keeps99)];
      return [
        {
          model: name,
          split,
          countedBy: tokenizer === undefined ? 'characters' : 'tokenizer',
          ...(template ? { chatTemplate: true } : {}),
          examples: all.examples,
          tokens: all.tokens,
          answerTokens: all.answerTokens,
          median: all.quantile(0.5),
          longest: all.longest,
          maxSeqLength: plan.limit,
          cut: all.cut,
          withoutAnswer: all.withoutAnswer,
          keeps99,
          ...(memory && memoryFor99 ? { memory, memoryFor99 } : {}),
          ...(processes > 0 ? { steps: stepsOf(run, all.examples, processes) } : {}),
          histogram: all.histogram(),
        },
      ];
    }),
  );
}
