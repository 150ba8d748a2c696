import type { Progress } from './step';
import { bytes, duration } from './text';

/** Turns how far a transfer is into text with rate and remaining time, measured over its whole run. */
export function progressText(startedMs: number): (progress: Progress, nowMs: number) => string {
  return ({ text, doneBytes, totalBytes }, nowMs) => {
    if (doneBytes === undefined) return text ?? '';
    const seconds = (nowMs - startedMs) / 1000;
    const rate = seconds > 0.2 ? doneBytes / seconds : 0;
    const parts = [totalBytes ? `${bytes(doneBytes)} of ${bytes(totalBytes)}` : bytes(doneBytes)];
    if (rate > 0) parts.push(`${bytes(rate)}/s`);
    if (rate > 0 && totalBytes && totalBytes > doneBytes) parts.push(`${duration(((totalBytes - doneBytes) / rate) * 1000)} left`);
    return [text, parts.join(', ')].filter(Boolean).join(' ');
  };
}
