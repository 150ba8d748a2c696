import type { Context } from '../../../engine/context';
import type { Progress } from '../../../engine/step';
import { watchGrowth } from '../../python/growth';
import { installProgress } from './install-progress';

/** Tells how far an installation is, by what the installer says and by what lies where it works. */
export function followInstall(
  context: Context,
  installer: 'uv' | 'pip',
  count: number,
  tell: (progress: Progress) => void,
): { onLine(line: string): void; stop(): void } {
  const progress = installProgress(count);
  const say = (now: Progress | undefined) => now && tell(now);
  const stop = watchGrowth(context, installer, (bytes) => say(progress.grown(bytes)));
  return { onLine: (line) => say(progress.line(line)), stop };
}
