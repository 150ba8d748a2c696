import { createRequire } from 'node:module';
import type { ModelTemplate } from './model-template';

/** What we use of @huggingface/jinja, which is made for chat templates. */
interface Jinja {
  Template: new (text: string) => { render(values: Record<string, unknown>): string };
}

/** What a template made of messages: a text, or why it raised. */
export type Rendered = { text: string } | { raised: string };

/**
 * Renders messages as transformers' `apply_chat_template` does for a training: without a prompt for generation. Held to jinja2 of
 * Python, which transformers uses, by tests/data/template.test.ts.
 */
export function rendererOf({ text, bos, eos }: ModelTemplate): (messages: readonly Record<string, unknown>[]) => Rendered {
  let template: InstanceType<Jinja['Template']> | undefined;
  return (messages) => {
    try {
      if (!template) {
        const { Template } = createRequire(__filename)('@huggingface/jinja') as Jinja;
        template = new Template(text);
      }
      return { text: template.render({ messages, bos_token: bos, eos_token: eos, add_generation_prompt: false }) };
    } catch (error) {
      return { raised: (error as Error).message };
    }
  };
}
