import { isLearned, type Message } from '../chat/example';
import { markOf, signatureOf, skeletonOf } from '../chat/signature';
import type { Rendered } from '../template/render';

type Render = (messages: readonly Record<string, unknown>[]) => Rendered;

/** A text as a template makes it, and where the answers stand in it, in their order; those whose place cannot be told are left out. */
export interface Trained {
  text: string;
  answers: readonly { from: number; to: number }[];
}

/** What a template writes around the texts of a form, by the places between them. */
interface Layout {
  fixed: readonly string[];
  slots: readonly { index: number; trim: (text: string) => string }[];
}

/** A template whose code has one of these does more to a text than write or trim it: it is asked about each example. */
const looksAtTexts =
  /\.(?:split|rsplit|replace|startswith|endswith|strip|lstrip|rstrip|lower|upper|title|find)\b|\|\s*(?!trim\b|tojson\b|length\b|list\b|items\b|default\b|safe\b|(?:select|reject)(?:attr)?\b|map\b|join\b)\w+|(?:["']\s*|\w\s+)in\s+(?:message(?:\.content|\[['"]content)|content\b)|content\[/;

const literal = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/g;
const block = new RegExp(String.raw`\{[{%](?:${literal.source}|(?![%}]\})[\s\S])*[%}]\}`, 'g');

/** What a template does: its blocks, with nothing in their texts, which have signs of code in them (`<|im_start|>`). */
const codeOf = (template: string): string => (template.match(block) ?? []).join('\n').replace(literal, "''");

const forms = 2000;

/**
 * Makes the text of each example as a template does. A template that writes texts as they are, or trimmed, is asked once for each
 * order of roles, and what it writes around them is kept: it takes a hundred times longer to ask it.
 */
export class Layouts {
  readonly #known = new Map<string, Layout | null>();
  readonly #asksEach: boolean;

  constructor(
    template: string,
    private readonly render: Render,
  ) {
    this.#asksEach = looksAtTexts.test(codeOf(template));
  }

  /** @returns `undefined` where the template raises, or cannot be rendered here */
  trained(messages: readonly Message[]): Trained | undefined {
    const layout = this.#asksEach ? undefined : this.#layoutOf(messages);
    if (layout) {
      let text = layout.fixed[0] as string;
      const answers: Trained['answers'][number][] = [];
      for (const [place, { index, trim }] of layout.slots.entries()) {
        const message = messages[index] as Message;
        const written = trim(message.content as string);
        if (isLearned(message.role, message)) answers.push({ from: text.length, to: text.length + written.length });
        text += written + (layout.fixed[place + 1] as string);
      }
      return { text, answers };
    }
    const rendered = this.render(messages.map(({ role, content, more }) => ({ role, content, ...more })));
    return 'text' in rendered ? { text: rendered.text, answers: answersIn(rendered.text, messages) } : undefined;
  }

  #layoutOf(messages: readonly Message[]): Layout | undefined {
    const signature = signatureOf(messages);
    let layout = this.#known.get(signature);
    if (layout === undefined) {
      layout = this.#learn(messages) ?? null;
      if (this.#known.size < forms) this.#known.set(signature, layout);
    }
    return layout ?? undefined;
  }

  /** Blanks around each mark show whether the template trims there. A message that it drops or writes twice has no layout. */
  #learn(messages: readonly Message[]): Layout | undefined {
    const blank = '\n \n';
    const rendered = this.render(
      skeletonOf(messages).map((message, index) => ({ ...message, content: `${blank}${markOf(index)}${blank}` })),
    );
    if (!('text' in rendered)) return undefined;
    const { text } = rendered;
    const places = messages.map((_, index) => ({ index, at: text.indexOf(markOf(index)) })).filter(({ at }) => at >= 0);
    places.sort((one, other) => one.at - other.at);
    const [fixed, slots]: [string[], Layout['slots'][number][]] = [[], []];
    let from = 0;
    for (const { index, at } of places) {
      const end = at + markOf(index).length;
      if (text.indexOf(markOf(index), end) >= 0) return undefined;
      const [isBefore, isBehind] = [text.slice(from, at).endsWith(blank), text.startsWith(blank, end)];
      fixed.push(text.slice(from, at - (isBefore ? blank.length : 0)));
      slots.push({ index, trim: trimOf(isBefore, isBehind) });
      from = end + (isBehind ? blank.length : 0);
    }
    fixed.push(text.slice(from));
    return { fixed, slots };
  }
}

/** The answers of a text that a template made, each looked for behind what comes before it, so that words of a question are none. */
function answersIn(text: string, messages: readonly Message[]): Trained['answers'] {
  const answers: Trained['answers'][number][] = [];
  let behind = 0;
  for (const message of messages) {
    const written = String(message.content).trim();
    const from = text.indexOf(written, behind);
    if (from < 0) continue;
    behind = from + written.length;
    if (isLearned(message.role, message)) answers.push({ from, to: behind });
  }
  return answers;
}

/** Blanks as Python's `str.strip` has them, which are those of JavaScript but for four controls and the mark. */
const [start, end] = [/^[\s\x1c-\x1f\x85]+/, /[\s\x1c-\x1f\x85]+$/];
function trimOf(keepsBefore: boolean, keepsBehind: boolean): (text: string) => string {
  if (keepsBefore && keepsBehind) return (text) => text;
  if (keepsBefore) return (text) => text.replace(end, '');
  if (keepsBehind) return (text) => text.replace(start, '');
  return (text) => text.replace(start, '').replace(end, '');
}
