import { bytes, plural } from '../../common/format';
import type { Split } from '../rows/data-files';

/** Lengths of the examples of a split for one model, in tokens, as `--json` has them. */
export interface Lengths {
  model: string;
  split: Split;
  /** `tokenizer`: every example was tokenised. `characters`: an estimate, as no tokenizer is here. */
  countedBy: 'tokenizer' | 'characters';
  /** Absent where the model has no chat template here: messages are joined by line breaks then. */
  chatTemplate?: true;
  examples: number;
  tokens: number;
  answerTokens: number;
  median: number;
  longest: number;
  maxSeqLength: number;
  /** Longer than `maxSeqLength`; of these, those whose whole answer is cut off. */
  cut: number;
  withoutAnswer: number;
  /** The least `max_seq_length` that 99 of 100 examples fit into. */
  keeps99: number;
  /** GPU memory of the training in bytes, as the settings are, and with `keeps99`; absent where the model's shape is not known. */
  memory?: number;
  memoryFor99?: number;
  /** Updates of the weights in the whole training; absent where `training.processes` is 0: how many GPUs there will be is not known here. */
  steps?: number;
  histogram: { upTo: number; examples: number }[];
}

/** What a person is told of the lengths that are trained on; empty where there are none. */
export function lengthText(lengths: readonly Lengths[]): string {
  return lengths
    .filter(({ split }) => split === 'train')
    .map((each) => {
      const { model, examples, countedBy, median, longest, cut, withoutAnswer, maxSeqLength, keeps99, memory, memoryFor99, steps } = each;
      const share = `${((100 * each.answerTokens) / Math.max(1, each.tokens)).toFixed(0)} % of them answers`;
      const joined = each.chatTemplate ? '' : 'messages joined by line breaks, as no chat template is here: ';
      const about = countedBy === 'characters' ? 'about, by characters, as no tokenizer is here: ' : joined;
      const cuts = `${plural(cut, 'example')} of ${examples} longer than ${maxSeqLength}${withoutAnswer > 0 ? `, ${withoutAnswer} of them without their answer` : ''}`;
      const cost = memory && memoryFor99 ? ` (${bytes(memoryFor99)} of GPU memory, ${bytes(memory)} now)` : '';
      const keeps = keeps99 > maxSeqLength ? `; ${keeps99} keeps 99 of 100${cost}` : '';
      return `${model ? `${model}: ` : ''}${about}median ${median} tokens, longest ${longest}, ${share}; ${cuts}${keeps}${steps === undefined ? '' : `; ${plural(steps, 'step')}`}`;
    })
    .join('; ');
}
