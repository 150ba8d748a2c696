import { bytes } from '../../common/format';
import type { RecordedVolume } from '../../engine/records/run-record';
import { type Html, html, nothing } from './html';

/** Free space of each filesystem, and what each part of the project takes of its budget, as bars. */
export function storageSection(volumes: readonly RecordedVolume[]): Html {
  if (volumes.length === 0) return nothing;
  return html`<section>
<h3>Storage</h3>
${volumes.map(volumeFigure)}</section>
`;
}

function volumeFigure(volume: RecordedVolume): Html {
  const { folder, availableBytes, neededBytes, comfortBytes, parts } = volume;
  const there = parts.reduce((sum, { thereBytes = 0 }) => sum + thereBytes, 0);
  const level = availableBytes + there < neededBytes ? 'bad' : availableBytes + there < comfortBytes ? 'warn' : 'good';
  const marks = [
    { at: neededBytes, text: `${bytes(neededBytes)} needed` },
    ...(comfortBytes > neededBytes ? [{ at: comfortBytes, text: `${bytes(comfortBytes)} comfortable` }] : []),
  ].filter(({ at }) => at > 0);
  const room = roomScale(availableBytes + there, comfortBytes);
  const longest = Math.max(1, ...parts.map(({ budgetBytes, thereBytes = 0 }) => Math.max(budgetBytes, thereBytes)));
  return html`<figure class="storage">
<figcaption>Filesystem of <code>${folder}</code></figcaption>
<div class="bar-row room">
<span class="label">room</span>
<span class="value">${bytes(availableBytes)} free${there > 0 ? ` and ${bytes(there)} in use by the project` : ''}${marks.map(({ text }) => html`, ${text}`)}</span>
<svg class="bar" role="img" aria-label="${bytes(availableBytes)} free, ${bytes(neededBytes)} needed">
<rect class="track" width="100%" height="100%" rx="3"></rect>
<rect class="there" width="${percent(there, room)}" height="100%" rx="3"></rect>
<rect class="free ${level}" x="${percent(there, room)}" width="${percent(Math.min(availableBytes, room - there), room)}" height="100%" rx="3"></rect>
${marks.map(({ at }) => html`<line class="limit" x1="${percent(at, room)}" x2="${percent(at, room)}" y1="0" y2="100%"></line>\n`)}</svg>
</div>
${parts.map((part) => partRow(part, longest))}<p class="legend"><span><i class="swatch there"></i>in use</span><span><i class="swatch track"></i>budget</span><span><i class="swatch free ${level}"></i>free</span><span><i class="swatch limit"></i>needed, warning below</span></p>
</figure>
`;
}

function partRow({ name, budgetBytes, thereBytes }: RecordedVolume['parts'][number], longest: number): Html {
  const text = thereBytes === undefined ? `${bytes(budgetBytes)} planned` : `${bytes(thereBytes)} of ${bytes(budgetBytes)}`;
  return html`<div class="bar-row">
<span class="label">${name}</span>
<span class="value">${text}</span>
<svg class="bar" role="img" aria-label="${name}: ${text}">
<rect class="track" width="${percent(budgetBytes, longest)}" height="100%" rx="3"></rect>
<rect class="there" width="${percent(thereBytes ?? 0, longest)}" height="100%" rx="3"></rect>
</svg>
</div>
`;
}

/** A disk of terabytes would leave no place for the limits: the bar ends at the double of what is comfortable. */
export const roomScale = (room: number, comfortBytes: number): number =>
  Math.max(1, comfortBytes > 0 ? Math.max(comfortBytes * 1.25, Math.min(room, comfortBytes * 2)) : room);

/** A length on a bar; what is there at all can be seen. */
export function percent(part: number, whole: number): string {
  if (part <= 0) return '0%';
  return `${Math.min(100, Math.max(0.5, (100 * part) / whole)).toFixed(1)}%`;
}
