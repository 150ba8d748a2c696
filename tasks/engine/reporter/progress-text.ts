import { bytes, duration } from '../../common/format';
import type { Progress } from '../step';

const windowMs = 5000;

/** Turns how far a transfer is into text, with the rate of the last five seconds and what remains at that rate. */
export function progressText(): (progress: Progress, nowMs: number) => string {
  const samples: { atMs: number; doneBytes: number }[] = [];
  return ({ text, doneBytes, totalBytes }, nowMs) => {
    if (doneBytes === undefined) return text ?? '';
    samples.push({ atMs: nowMs, doneBytes });
    while (samples.length > 2 && nowMs - (samples[0]?.atMs ?? nowMs) > windowMs) samples.shift();
    const first = samples[0] ?? { atMs: nowMs, doneBytes };
    const seconds = (nowMs - first.atMs) / 1000;
    const rate = seconds > 0.2 ? (doneBytes - first.doneBytes) / seconds : 0;
    const parts = [totalBytes ? `${bytes(doneBytes)} of ${bytes(totalBytes)}` : bytes(doneBytes)];
    if (rate > 0) parts.push(`${bytes(rate)}/s`);
    if (rate > 0 && totalBytes && totalBytes > doneBytes) parts.push(`${duration(((totalBytes - doneBytes) / rate) * 1000)} left`);
    return [text, parts.join(', ')].filter(Boolean).join(' ');
  };
}
