import { bytes, plural, remaining } from '../../common/format';
import { cutTo, displayWidth } from '../../common/width';
import { sentence } from '../../untrusted/text';
import type { Progress } from '../step';

const windowMs = 5000;
/** From this width on there is a bar: a terminal has 60 columns then, of which the list takes some. */
const barFrom = 55;
/** A log bounds no line, and has no bar. */
const unbounded = 300;
const [shortestBar, longestBar] = [4, 20];
/** A name that is cut to less says nothing. */
const shortestNames = 8;

/**
 * Turns how far an action is into one line: what, percent, bytes of bytes, rate, time left, names. The rate is that of the
 * last five seconds, and what remains is told at that rate. What does not fit is left out from the end.
 */
export function progressText(): (progress: Progress, nowMs: number, width?: number) => string {
  const samples: { atMs: number; doneBytes: number }[] = [];
  const rateAt = (doneBytes: number, nowMs: number): number => {
    samples.push({ atMs: nowMs, doneBytes });
    while (samples.length > 2 && nowMs - (samples[0]?.atMs ?? nowMs) > windowMs) samples.shift();
    const first = samples[0] ?? { atMs: nowMs, doneBytes };
    const seconds = (nowMs - first.atMs) / 1000;
    return seconds > 0.2 ? Math.max(0, (doneBytes - first.doneBytes) / seconds) : 0;
  };
  return (progress, nowMs, width = unbounded) => {
    const rate = progress.doneBytes === undefined ? 0 : rateAt(progress.doneBytes, nowMs);
    return lineOf(progress, rate, width);
  };
}

function lineOf({ text = '', names = '', doneBytes, totalBytes, count }: Progress, rate: number, width: number): string {
  const share = shareOf(doneBytes, totalBytes, count);
  const left =
    rate > 0 && doneBytes !== undefined && totalBytes !== undefined && totalBytes > doneBytes ? (totalBytes - doneBytes) / rate : 0;
  const what = cutTo(sentence(text, 300), width);
  const parts = [
    share === undefined ? '' : `${Math.floor(share * 100)} %`,
    doneBytes === undefined ? '' : amount(doneBytes, totalBytes),
    count === undefined ? '' : `${count.done} of ${plural(count.total, sentence(count.noun, 40))}`,
    rate > 0 ? `${bytes(rate)}/s` : '',
    left > 0 ? `${remaining(left * 1000)} left` : '',
  ].filter(Boolean);
  const wantsBar = share !== undefined && width >= barFrom && width < unbounded;
  const [wide, narrow] = [2, 1].map((gap) =>
    laidOut({ what, parts, ...(wantsBar ? { share } : {}), names: sentence(names, 300) }, width, gap),
  );
  return (wide?.isWhole ? wide : narrow)?.line ?? '';
}

interface Parts {
  what: string;
  parts: readonly string[];
  share?: number;
  names: string;
}

/** The line with so many blanks between its parts; whether all of them, and the bar, have their place. */
function laidOut({ what, parts, share, names }: Parts, width: number, gap: number): { line: string; isWhole: boolean } {
  const shown = what === '' ? [] : [what];
  const room = () => width - shown.reduce((sum, part) => sum + displayWidth(part) + gap, 0);
  for (const part of parts) {
    if (displayWidth(part) > room()) return { line: shown.join(' '.repeat(gap)), isWhole: false };
    shown.push(part);
  }
  const cells = Math.min(longestBar, room());
  const hasBar = share !== undefined && cells >= shortestBar;
  if (hasBar) shown.splice(what === '' ? 1 : 2, 0, bar(share, cells));
  if (names !== '' && room() >= shortestNames) shown.push(cutTo(names, room()));
  return { line: shown.join(' '.repeat(gap)), isWhole: hasBar || share === undefined };
}

function shareOf(doneBytes: number | undefined, totalBytes: number | undefined, count: Progress['count']): number | undefined {
  if (doneBytes !== undefined && totalBytes) return shareIn(doneBytes, totalBytes);
  return count && count.total > 0 ? shareIn(count.done, count.total) : undefined;
}

/** Of a machine that tells anything, too. */
const shareIn = (done: number, total: number): number => Math.max(0, Math.min(1, done / total));

/** `6.9 of 16.1 GB`: the unit once, where it is the same. */
function amount(doneBytes: number, totalBytes: number | undefined): string {
  if (!totalBytes) return bytes(doneBytes);
  const [done, total] = [bytes(doneBytes), bytes(totalBytes)];
  const unit = total.slice(total.indexOf(' '));
  return `${done.endsWith(unit) ? done.slice(0, -unit.length) : done} of ${total}`;
}

function bar(share: number, cells: number): string {
  const full = Math.round(share * cells);
  return '█'.repeat(full) + '░'.repeat(cells - full);
}
