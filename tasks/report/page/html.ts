import { unprintable } from '../../untrusted/text';

/** Markup that may stand in a page as it is. Only `html` makes it, and `html` escapes every text that is put in. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | readonly Html[] | undefined;

/** Markup with texts put in: html`<p>${anything}</p>` is safe whatever the text says, also inside of a quoted attribute. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.map((text, index) => (index === 0 ? text : written(parts[index - 1]) + text)).join('') };
}

/** Nothing at all, where a part of a page is left out. */
export const nothing: Html = { markup: '' };

function written(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Text for a page. Beside what is markup, control characters and those that turn the direction of writing are
 * made visible as U+FFFD: with them a file name could look like another one. Halves of surrogate pairs cannot be written.
 * What a record or a look tells is clean before it comes here; this is for what anybody adds.
 */
export function escaped(text: string): string {
  return text.replace(unprintable, '\ufffd').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A sentence in which backticks mark commands and paths. */
export function prose(text: string): Html {
  const parts = text.split('`');
  // An odd number of backticks: one of them belongs to a name.
  if (parts.length % 2 === 0) return html`${text}`;
  return html`${parts.map((part, index) => (index % 2 === 0 || part === '' ? html`${part}` : html`<code>${part}</code>`))}`;
}
