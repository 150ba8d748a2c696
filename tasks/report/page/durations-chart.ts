import { duration } from '../../common/format';
import type { RunRecord } from '../../engine/records/run-record';
import { written } from '../time';
import { type Html, html, nothing } from './html';
import { toneOf } from './state-mark';

/** So many runs stand beside each other. */
const most = 30;
/** Fewer show no course. */
const fewest = 3;
const [step, height] = [10, 40];

/** How long the last runs took, the oldest first: a picture of the table below it, which has the numbers. */
export function durationsChart(newestFirst: readonly RunRecord[]): Html {
  const runs = newestFirst.slice(0, most).reverse();
  if (runs.length < fewest) return nothing;
  const longest = runs.reduce((all, { durationMs }) => Math.max(all, durationMs), 1);
  const bars = runs.map(({ task, outcome, startedAt, durationMs }, index) => {
    const tall = Math.max(1, (height * Math.max(0, durationMs)) / longest);
    return html`<rect class="${toneOf(outcome)}" x="${index * step}" y="${(height - tall).toFixed(1)}" width="${step - 2}" height="${tall.toFixed(1)}"><title>${task}, ${outcome}, ${duration(durationMs)}, ${written(startedAt)}</title></rect>`;
  });
  const about = `How long the last ${runs.length} runs took, up to ${duration(longest)}`;
  return html`<figure class="durations"><figcaption class="quiet">${about}</figcaption>
<svg viewBox="0 0 ${most * step} ${height}" preserveAspectRatio="none" role="img" aria-label="${about}">${bars}</svg></figure>
`;
}
