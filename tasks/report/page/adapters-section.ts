import { plural } from '../../common/format';
import { type Trained, trainedTable } from '../../training/trained';
import { type Html, html, nothing } from './html';

/** The adapters that `train` made: what each was trained with, and how it went. */
export function adaptersSection(all: readonly Trained[]): Html {
  if (all.length === 0) return nothing;
  const [heading = [], ...lines] = trainedTable(all);
  const row = ([name = '', ...cells]: readonly string[]) =>
    html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`;
  return html`<section>
<h3>Adapters</h3>
<p>${plural(all.length, 'adapter')} with a record of the training. <code>run.json</code> in each folder has every setting and the hashes of the data.</p>
<table class="plain">
<caption>Losses are those of the first and the last step</caption>
<thead><tr>${heading.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${lines.map(row)}</tbody>
</table>
</section>
`;
}
