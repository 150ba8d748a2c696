import { plural } from '../../common/format';
import type { RecordedData, RecordedDataFault, RecordedLengths } from '../../engine/records/recorded-data';
import { type Html, html, nothing, prose } from './html';
import { stateMark } from './state-mark';
import { percent } from './storage-section';

/** The training data: how long its examples are, and each kind of fault with the place of the first. */
export function dataSection(all: readonly RecordedData[]): Html {
  const [data] = all;
  if (!data) return nothing;
  const { rows, lengths, faults } = data;
  const said = faults.length === 0 ? 'nothing wrong' : `${plural(faults.length, 'kind')} of faults`;
  return html`<section>
<h3>Training data</h3>
<p>${plural(rows, 'row')}: ${said}.</p>
${faults.length > 0 ? faultTable(faults) : undefined}${lengths.map(lengthsFigure)}</section>
`;
}

function faultTable(faults: readonly RecordedDataFault[]): Html {
  const row = ({ kind, level, count, place, detail }: RecordedDataFault) =>
    html`<tr><th scope="row">${kind}</th><td>${stateMark(level)}</td><td class="number">${count}</td><td><code>${place}</code>${detail ? html` ${prose(detail)}` : undefined}</td></tr>\n`;
  return html`<table class="plain">
<caption>docs/DATA.md says of each kind what comes of it and what mends it</caption>
<thead><tr><th scope="col">kind</th><th scope="col">level</th><th scope="col">count</th><th scope="col">the first</th></tr></thead>
<tbody>
${faults.map(row)}</tbody>
</table>
`;
}

/** A bar for each step of the lengths; those that are cut have another colour, and their numbers say so. */
function lengthsFigure({ model, split, isEstimate, examples, median, maxSeqLength, cut, histogram }: RecordedLengths): Html {
  const most = Math.max(1, ...histogram.map((step) => step.examples));
  const bars = histogram.map((step, index) => {
    const from = index === 0 ? 0 : (histogram[index - 1]?.upTo ?? 0) + 1;
    const isCut = from > maxSeqLength;
    const range = `${from} to ${step.upTo}`;
    const text = `${plural(step.examples, 'example')}${isCut && step.examples > 0 ? ', cut' : ''}`;
    return html`<div class="bar-row">
<span class="label">${range}</span>
<span class="value">${text}</span>
<svg class="bar" role="img" aria-label="${range} tokens: ${text}">
<rect class="track" width="100%" height="100%" rx="3"></rect>
<rect class="${isCut ? 'free warn' : 'there'}" width="${percent(step.examples, most)}" height="100%" rx="3"></rect>
</svg>
</div>
`;
  });
  const of = isEstimate ? html`about, by characters` : html`for <code>${model}</code>`;
  return html`<figure class="storage lengths">
<figcaption>Tokens of the examples in <code>${split}</code>, ${of}: median ${median}, ${cut} of ${examples} longer than ${maxSeqLength}</figcaption>
${bars}</figure>
`;
}
