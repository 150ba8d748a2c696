import { NetworkError } from './network-error';

/**
 * Does work that has to end in a time: a server that sends a byte now and then is not waited for.
 * @param ms milliseconds
 * @param outer ends it before, as Ctrl-C does
 * @param work must end when its signal is aborted
 * @throws NetworkError `SLOW` where the time is over, the reason of `outer`, and what `work` throws
 */
export async function withinTime<T>(ms: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  outer.throwIfAborted();
  const inner = new AbortController();
  const stop = () => inner.abort(outer.reason);
  const timer = setTimeout(() => inner.abort(new NetworkError(`no whole answer within ${ms / 1000} s`, 'SLOW')), ms);
  outer.addEventListener('abort', stop);
  try {
    return await work(inner.signal);
  } catch (error) {
    throw inner.signal.aborted ? inner.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', stop);
  }
}
