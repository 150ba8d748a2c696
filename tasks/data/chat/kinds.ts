import type { Kind } from '../form/kinds';

/**
 * What a training makes of rows that every reader takes. Seen with trl 0.7.4 (transformers 4.36.0), 0.9.6 (4.45.2) and 1.16 (5.24),
 * and with the chat templates of Llama 3.1 and Mistral 7B v0.3.
 */
export const chatKinds = {
  'unknown-shape': {
    level: 'error',
    says: 'no shape that a training knows: no `messages`, `prompt` and `completion`, `instruction` and `output`, or `text`',
    fix: 'write each example as `{"messages": [{"role": "user", "content": …}, {"role": "assistant", "content": …}]}`',
  },
  'ignored-column': {
    level: 'error',
    says: 'a column that belongs to the example and has no place in it: what it says would not be trained, so the training refuses the row',
    fix: 'write what it says into the messages or the instruction, as text, or take the column out',
  },
  'mixed-shapes': { level: 'error', says: 'two shapes of examples in one file: a training reads one of them', fix: 'one shape a file' },
  sharegpt: {
    level: 'error',
    says: '`conversations` with `from` and `value`: chat templates and trl want `messages` with `role` and `content`',
    fix: 'write `messages` with `role` and `content`',
  },
  'role-name': {
    level: 'error',
    says: "a role of another program's (`human`, `gpt`, `User`): Llama's template trains that word, Mistral's raises",
    fix: 'name it `system`, `user`, `assistant` or `tool`',
  },
  'unknown-role': {
    level: 'error',
    says: 'a role that no chat template knows',
    fix: 'name it `system`, `user`, `assistant` or `tool`',
  },
  'no-messages': { level: 'error', says: 'an example without a message: chat templates raise', fix: 'take the row out' },
  'no-content': {
    level: 'error',
    says: 'a message without text (null, or no `content`): templates write the word "None"',
    fix: 'write the text, or take the row out',
  },
  parts: {
    level: 'error',
    says: 'content as a list of parts: the templates of text models write the list as Python shows it, or raise',
    fix: 'join the texts of the parts',
  },
  'content-type': {
    level: 'error',
    says: 'content that is no text: templates raise, or write it as Python shows it',
    fix: 'write it as text',
  },
  'no-answer': {
    level: 'error',
    says: 'an example without an answer, or an empty one: nothing is there to learn',
    fix: 'take the row out',
  },
  'ends-without-answer': {
    level: 'warning',
    says: 'the last message is no answer: it is trained as part of the prompt',
    fix: 'take the message out',
  },
  weight: {
    level: 'error',
    says: 'a `weight` of a message that is neither 0 (an answer that is not learned) nor 1: the training refuses the row',
    fix: 'write 0 or 1, or take it out',
  },
  tools: {
    level: 'error',
    says: '`tools` of a row that are neither a list of objects nor JSON of one: the training refuses the row',
    fix: 'write a list of JSON schemas of functions, or take the column out',
  },
  'empty-message': { level: 'warning', says: 'a message that is empty and no answer', fix: 'take it out' },
  'template-raises': {
    level: 'error',
    says: "the model's chat template raises: the training ends at the first such row",
    fix: 'let user and assistant take turns, after one system message at most',
  },
  'template-unread': {
    level: 'warning',
    says: 'a chat template that cannot be rendered here: what it does with the example is not known',
    fix: 'try it with `apply_chat_template` of transformers',
  },
  'system-dropped': {
    level: 'error',
    says: "the model's chat template leaves the system message out of every training example",
    fix: 'write it at the beginning of the first message of the user',
  },
  'content-dropped': {
    level: 'error',
    says: "the model's chat template leaves a message out",
    fix: 'let user and assistant take turns, after one system message at most',
  },
  turns: {
    level: 'warning',
    says: 'the same role twice in a row, or an answer first: templates that raise nothing write it as it is',
    fix: 'join the messages, or take the row out',
  },
  'message-keys': {
    level: 'error',
    says: 'messages with more than `role` and `content`: every message gets the column, and trl 0.9.6 sees no chat data any more',
    fix: 'write `role` and `content` alone',
  },
  'tool-calls': {
    level: 'error',
    says: "`tool_calls` in some messages: datasets gives every message the column, Llama's template raises, and null is learned",
    fix: 'keep the examples with tools apart, or write the calls as text',
  },
  'extra-columns': {
    level: 'error',
    says: 'columns beside `prompt` and `completion`: trl 0.9.6 does not see the shape any more',
    fix: 'write `prompt` and `completion` alone, or give a `formatting_func`',
  },
  'template-applied': {
    level: 'error',
    says: 'a text that begins with the mark of a text (BOS): the tokenizer writes a second one',
    fix: 'write the messages, not what the template made of them',
  },
  'special-token': {
    level: 'warning',
    says: 'a text with a token of the template in it (`</s>`, `<|eot_id|>`, `[INST]`): it is read as that token',
    fix: 'take it out, or write it apart',
  },
  'bad-characters': {
    level: 'warning',
    says: 'text that was read in the wrong encoding (`Ã©`, `â€™`, U+FFFD)',
    fix: 'read the source as UTF-8, or mend it with ftfy',
  },
  secret: { level: 'error', says: 'a token, key or password in the text: the model learns it', fix: 'take it out, and revoke it' },
  address: {
    level: 'warning',
    says: 'a mail address or telephone number in the text: the model learns it',
    fix: 'take it out, or put a name of your own in its place',
  },
  'answer-cut': {
    level: 'error',
    says: 'an example whose answer begins behind `max_seq_length`: trl 0.7.4 and 0.9.6 train its prompt alone, 1.16 takes it out',
    fix: 'raise `arguments.max_seq_length` in `configs/training_config.yaml`, or shorten the prompt',
  },
  cut: {
    level: 'warning',
    says: 'an example longer than `max_seq_length`: its end is cut off, and with it the token that ends an answer',
    fix: 'raise `arguments.max_seq_length` in `configs/training_config.yaml`, or split the example',
  },
  duplicate: { level: 'warning', says: 'an example that stands before already: it weighs twice', fix: 'take it out' },
  'near-duplicate': {
    level: 'warning',
    says: 'an example that is nearly one before: four fifths of its groups of five words are the same, by datasketch',
    fix: 'keep one of them',
  },
  'train-and-validation': {
    level: 'error',
    says: 'an example of the training in the file for validation or tests: what is measured there is memory',
    fix: 'take it out of one of them',
  },
  'near-train-and-validation': {
    level: 'warning',
    says: 'nearly an example of the training in the file for validation or tests: what is measured there is memory in part',
    fix: 'take it out of one of them',
  },
  language: {
    level: 'warning',
    says: 'another language than most examples have, by langdetect',
    fix: 'take the row out, where the model is not to learn it',
  },
} as const satisfies Record<string, Kind>;

export type ChatKind = keyof typeof chatKinds;
