/** The shapes of examples that a training takes, by the columns that they have. */
export type Shape = 'messages' | 'sharegpt' | 'prompt-completion' | 'instruction' | 'text';

/** One message, with what it says still of any type. */
export interface Message {
  role: unknown;
  content: unknown;
  /** What it has besides: `tool_calls`, `name`. */
  more?: Readonly<Record<string, unknown>>;
}

export interface Example {
  shape: Shape;
  /** Whether a chat template writes it; else it is trained as it stands. */
  isChat: boolean;
  /** Who says what; of a plain text nobody does, and it is one answer. */
  messages: readonly Message[];
  /** Columns that belong to the example and have no place in it: the training refuses it. */
  ignored?: readonly string[];
}
