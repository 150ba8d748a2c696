import { plural } from '../../common/format';
import type { RecordedPackage } from '../../engine/records/run-record';
import type { SeenStep } from '../machine';
import { type Html, html, nothing } from './html';
import { stateMark } from './state-mark';

/** The packages of one environment: first what differs from the lock, then what was asked for, then what came along. */
export function packagesSection({ name, packages }: SeenStep): Html {
  if (packages.length === 0) return nothing;
  const drift = packages.filter((one) => one.drift);
  const same = packages.filter((one) => !one.drift);
  const asked = same.filter((one) => one.asked);
  const others = same.filter((one) => !one.asked);
  const sentence =
    drift.length === 0
      ? `All ${plural(packages.length, 'package')} are as they should be`
      : `${drift.length} of ${plural(packages.length, 'package')} ${drift.length === 1 ? 'is' : 'are'} not as ${drift.length === 1 ? 'it' : 'they'} should be`;
  return html`<section>
<h3>Packages of <code>${name}</code></h3>
<p>${sentence}.</p>
${drift.length > 0 ? packageTable('Not as it should be', drift, true) : undefined}${asked.length > 0 ? packageTable('Asked for', asked, false) : undefined}${
  others.length > 0
    ? html`<details><summary>${asked.length > 0 ? `and ${plural(others.length, 'package')} that they need` : plural(others.length, 'package')}</summary>
<ul class="many">${others.map((one) => html`<li>${one.name} <span class="quiet">${one.version ?? ''}</span></li>\n`)}</ul>
</details>
`
    : undefined
}</section>
`;
}

function packageTable(caption: string, packages: readonly RecordedPackage[], drift: boolean): Html {
  const row = ({ name, version, locked, drift: how }: RecordedPackage) =>
    html`<tr><th scope="row">${name}</th><td data-label="installed">${version ?? '–'}</td>${drift ? html`<td data-label="wanted">${locked ?? '–'}</td><td>${stateMark(how ?? 'done')}</td>` : undefined}</tr>\n`;
  return html`<table class="packages${drift ? ' drift' : ''}">
<caption>${caption}</caption>
<thead><tr><th scope="col">package</th><th scope="col">installed</th>${drift ? html`<th scope="col">wanted</th><th scope="col">state</th>` : undefined}</tr></thead>
<tbody>
${packages.map(row)}</tbody>
</table>
`;
}
