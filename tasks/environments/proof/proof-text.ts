import { bytes } from '../../common/format';
import type { TrainingProof } from './prove-training';

/** A proof in a sentence: the first card, then each of several, and all together. */
export function proofText({
  device,
  precision,
  losses,
  secondsPerStep,
  peakMemoryBytes,
  logitsDifference,
  cards,
  together,
}: TrainingProof): string {
  const [first = 0, last = 0] = [losses[0], losses.at(-1)];
  const same = logitsDifference === 0 ? 'no difference' : `within ${logitsDifference.toExponential(1)}`;
  const each = cards.map(({ name, secondsPerStep, code }) =>
    code ? `${name} fails with ${code}` : `${name} ${secondsPerStep?.toFixed(2)} s a step`,
  );
  const all = together && [
    `${together.processes} processes together ${together.secondsPerStep.toFixed(2)} s a step over the same rows`,
    `their adapter is that of one within ${together.distance.toExponential(1)} of its weights`,
  ];
  return [
    `${losses.length} steps on ${device} in ${precision}: loss ${first.toFixed(2)} → ${last.toFixed(2)}, ${secondsPerStep.toFixed(2)} s a step, ${bytes(peakMemoryBytes)} at most`,
    `the adapter gives the same logits after loading (${same})`,
    ...(each.length > 0 ? [`each by itself: ${each.join(', ')}`] : []),
    ...(all ?? []),
  ].join('; ');
}
