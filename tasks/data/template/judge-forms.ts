import { oneLine } from '../../untrusted/text';
import type { ChatKind } from '../chat/kinds';
import { type Form, markOf } from '../chat/signature';
import { quotedName } from '../report/quote';
import type { Tallies } from '../report/tally';
import { addTallies } from '../report/tally';
import type { ModelTemplate } from './model-template';
import { rendererOf } from './render';

/** Judges forms by the templates of the models, which are read once for all files. */
export function formJudge(templates: readonly ModelTemplate[]): (forms: Iterable<Form>) => Tallies {
  const renderers = templates.map((template) => ({ template, render: rendererOf(template) }));
  return (forms) => judgeForms([...forms], renderers);
}

/** What the templates make of the forms of the examples of a file, each form once. */
function judgeForms(
  all: readonly Form[],
  renderers: readonly { template: ModelTemplate; render: ReturnType<typeof rendererOf> }[],
): Tallies {
  const tallies: Tallies = {};
  for (const { template, render } of renderers) {
    for (const { count, line, messages } of all) {
      const add = (kind: ChatKind, detail: string) => addTallies(tallies, { [kind]: { count, first: { line, detail } } }, 0);
      const rendered = render(messages);
      if ('unknown' in rendered) {
        add('template-unread', `${template.model}: ${oneLine(rendered.unknown, 160)}`);
        continue;
      }
      if ('raised' in rendered) {
        add('template-raises', `${template.model}: ${oneLine(rendered.raised, 160)}`);
        continue;
      }
      const lost = messages.findIndex(({ content }, index) => typeof content === 'string' && !rendered.text.includes(markOf(index)));
      if (lost < 0) continue;
      const role = messages[lost]?.['role'];
      add(role === 'system' ? 'system-dropped' : 'content-dropped', `${template.model}: the message of ${quotedName(String(role))}`);
    }
  }
  return tallies;
}
