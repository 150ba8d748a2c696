import * as fs from 'node:fs';
import { type Example, isLearned, type Message } from '../chat/example';
import { plainRole } from '../chat/roles';
import type { ModelTemplate } from '../template/model-template';
import { rendererOf } from '../template/render';
import { Layouts, type Trained } from './layout';
import type { BlockLengths } from './tally-lengths';
import { TokenCounter } from './token-counter';
import { type TokenizerJson, writesFirst } from './tokenizer-json';

/** What lengths are counted by: plain values, as a worker gets them. */
export interface LengthPlan {
  /** `arguments.max_seq_length`. */
  limit: number;
  models: readonly LengthModel[];
}

export interface LengthModel {
  name: string;
  /** Its `tokenizer.json`, absolute; without one lengths are estimated from characters. */
  tokenizer: string | undefined;
  template: ModelTemplate | undefined;
  /** Whether the tokenizer writes a BOS where the text has none; `undefined`: as its file says. */
  addsBos: boolean | undefined;
  bos: string;
  eos: string;
}

/** An example that is cut: by what, and whether nothing of its answer is left. */
export interface Cut {
  model: string;
  tokens: number;
  losesAnswer: boolean;
}

interface Counted {
  lengths: number[];
  answerTokens: number;
  cut: number;
  withoutAnswer: number;
}

/** Tokens of a text, and of what is before each of some places. */
type CountAt = (text: string, places: readonly number[]) => { tokens: number; before: number[] };

/** Counts the tokens of examples as they are trained, for each model: the template applied, one BOS, one EOS. */
export class Measure {
  readonly #models: { plan: LengthModel; addsBos: boolean; count: CountAt; layouts: Layouts | undefined }[];
  #blocks: Counted[] = [];

  constructor(private readonly plan: LengthPlan) {
    this.#models = plan.models.map((model) => {
      const { tokenizer, template } = model;
      const json = tokenizer === undefined ? undefined : (JSON.parse(fs.readFileSync(tokenizer, 'utf8')) as TokenizerJson);
      const counter = json && new TokenCounter(json);
      return {
        plan: model,
        addsBos: model.addsBos ?? (json === undefined || writesFirst(json)),
        count: counter ? (text, places) => counter.countAt(text, places) : estimatedAt,
        layouts: template && new Layouts(template.text, rendererOf(template)),
      };
    });
    this.#begin();
  }

  #begin(): void {
    this.#blocks = this.#models.map(() => ({ lengths: [], answerTokens: 0, cut: 0, withoutAnswer: 0 }));
  }

  /** Counts one example. @returns what cuts it, by a tokenizer; never by an estimate */
  add(example: Example): Cut | undefined {
    let worst: Cut | undefined;
    for (const [index, { plan, addsBos, count, layouts }] of this.#models.entries()) {
      const trained = trainedText(example, layouts);
      if (!trained) continue;
      const { text, answers } = trained;
      const { tokens: inText, before } = count(
        text,
        answers.flatMap(({ from, to }) => [from, to]),
      );
      const begins = plan.bos !== '' && text.startsWith(plan.bos);
      const bos = addsBos && !begins ? 1 : 0;
      const tokens = inText + bos + (plan.eos !== '' && text.trimEnd().endsWith(plan.eos) ? 0 : 1);
      const block = this.#blocks[index] as Counted;
      block.lengths.push(tokens);
      for (let at = 0; at < before.length; at += 2) block.answerTokens += (before[at + 1] as number) - (before[at] as number);
      if (tokens <= this.plan.limit) continue;
      block.cut++;
      const losesAnswer = before[0] !== undefined && bos + before[0] >= this.plan.limit;
      if (losesAnswer) block.withoutAnswer++;
      if (plan.tokenizer && (!worst || (losesAnswer && !worst.losesAnswer))) worst = { model: plan.name, tokens, losesAnswer };
    }
    return worst;
  }

  /** What was counted since the last time, for each model. */
  take(): BlockLengths[] {
    const blocks = this.#blocks.map((block) => ({ ...block, lengths: Uint32Array.from(block.lengths) }));
    this.#begin();
    return blocks;
  }
}

function trainedText({ shape, isChat, messages }: Example, layouts: Layouts | undefined): Trained | undefined {
  if (messages.length === 0 || !messages.every(({ content }) => typeof content === 'string')) return undefined;
  const contents = messages.map(({ content }) => content as string);
  if (shape === 'text') {
    const text = contents.join('');
    return { text, answers: [{ from: 0, to: text.length }] };
  }
  if (layouts && isChat) return layouts.trained(messages.map((message): Message => ({ ...message, role: plainRole(message.role) })));
  const gap = isChat ? '\n' : '';
  let text = '';
  const answers: Trained['answers'][number][] = [];
  for (const [index, message] of messages.entries()) {
    if (text !== '') text += gap;
    const content = contents[index] as string;
    if (isLearned(plainRole(message.role), message)) answers.push({ from: text.length, to: text.length + content.length });
    text += content;
  }
  return { text, answers };
}

/** About four letters of ASCII to a token, two of Cyrillic, and six of Chinese to five: by the bytes that they take beyond one. */
const estimated = (text: string): number => Math.ceil(text.length / 4 + 0.3 * (Buffer.byteLength(text) - text.length));
const estimatedAt: CountAt = (text, places) => ({ tokens: estimated(text), before: places.map((at) => estimated(text.slice(0, at))) });
