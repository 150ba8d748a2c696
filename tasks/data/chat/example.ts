/** The shapes of examples that a training takes, by the columns that they have. */
export type Shape = 'messages' | 'sharegpt' | 'prompt-completion' | 'instruction' | 'text';

/** One message, with what it says still of any type. */
export interface Message {
  role: unknown;
  content: unknown;
  /** As in the format of OpenAI: 0 for an answer that is context and is not learned. */
  weight?: unknown;
  /** What it has besides: `tool_calls`, `name`. */
  more?: Readonly<Record<string, unknown>>;
}

export interface Example {
  shape: Shape;
  /** Whether a chat template writes it; else it is trained as it stands. */
  isChat: boolean;
  /** Who says what; of a plain text nobody does, and it is one answer. */
  messages: readonly Message[];
  /** What the column `tools` of a chat says. */
  tools?: unknown;
  /** Columns that belong to the example and have no place in it: the training refuses it. */
  ignored?: readonly string[];
}

/** An answer that is learned. scripts/training_examples.py, `is_learned`, does the same. @param role as templates know it */
export const isLearned = (role: unknown, { weight }: Message): boolean =>
  role === 'assistant' && !(isNumber(weight) && Number(weight) === 0);

/** Whether a message has no weight, or one that has a meaning: 0 or 1. */
export const isWeight = (weight: unknown): boolean =>
  weight === undefined || weight === null || (isNumber(weight) && [0, 1].includes(Number(weight)));

/** A table has integers of 64 bits. */
const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint';
