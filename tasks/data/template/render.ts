import type { ModelTemplate } from './model-template';

/** What a template made of messages: a text, why it raised, or what the reader here does not know. */
export type Rendered = { text: string } | { raised: string } | { unknown: string };

/** How errors of the reader itself begin; what a template raises has its own words. */
const ofReader = /^(?:Unknown|Unsupported|Cannot|Unexpected|Expected|Variable|Unhandled|Missing)\b/;

/**
 * Renders messages as transformers' `apply_chat_template` does for a training: without a prompt for generation. Held to jinja2 of
 * Python, which transformers uses, by tests/data/template.test.ts.
 * @throws Error where the package is not there
 */
export function rendererOf({ text, bos, eos }: ModelTemplate): (messages: readonly Record<string, unknown>[]) => Rendered {
  const { Template } = require('@huggingface/jinja') as typeof import('@huggingface/jinja', { with: { 'resolution-mode': 'import' }});
  let template: import('@huggingface/jinja', { with: { 'resolution-mode': 'import' }}).Template | undefined;
  return (messages) => {
    try {
      template ??= new Template(text);
    } catch (error) {
      return { unknown: (error as Error).message };
    }
    try {
      return { text: template.render({ messages, bos_token: bos, eos_token: eos, add_generation_prompt: false }) };
    } catch (error) {
      const { message } = error as Error;
      return ofReader.test(message) ? { unknown: message } : { raised: message };
    }
  };
}
