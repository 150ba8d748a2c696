import * as path from 'node:path';
import type { Host } from './host';
import { bootOf } from './host/boot';

/** The run that holds a lock, as the lock's file says it. */
export interface Holder {
  /** No other run has it. */
  id: string;
  pid: number;
  /** When that process started, so that a later process with the same number is not taken for it. */
  started: string;
  host: string;
  /** Where its process number means something: {@link spaceOf}. */
  space?: string;
  user?: number;
  task: string;
  since: string;
  /** Seconds between two signs of life; absent where it gives none. */
  beat?: number;
  /** The process groups it runs, each with its start: what a killed holder leaves behind. */
  children: { pid: number; started: string }[];
}

/** A holder that misses so many beats is gone: clients of NFS may see a file as it was a minute ago. */
const missedBeats = 8;
/** Milliseconds that a lock may lie there half written, on a disk without hard links. */
const halfWrittenMs = 5000;

/** What a lock's file says; `undefined` where it is none, or not written to its end. */
export function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const holder = JSON.parse(text ?? '') as Holder;
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? { ...holder, children: holder.children ?? [] } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Names the machine's boot and the container that process numbers of this run belong to: two containers of one machine
 * may have the same host name. '' where the system has no such names. Linux: random(4), pid_namespaces(7).
 */
export function spaceOf({ platform, files }: Pick<Host, 'platform' | 'files'>): string {
  if (platform !== 'linux') return '';
  return `${bootOf({ platform, files })} ${path.basename(files.linkTarget('/proc/self/ns/pid') ?? '')}`;
}

/** Whether a holder's process can be looked at from here. */
export const isNear = (host: Host, { host: name, space }: Holder): boolean =>
  name === host.hostname && (space === undefined || space === spaceOf(host));

/**
 * Whether the run that made a lock is over, whatever ended it.
 * @param ageMs milliseconds since its last sign of life, asked for only where nothing else tells
 */
export async function isGone(host: Host, holder: Holder | undefined, ageMs: () => number): Promise<boolean> {
  if (!holder) return ageMs() > halfWrittenMs;
  if (isNear(host, holder)) {
    const start = await host.startOf(holder.pid);
    // A system may hide when other users' processes started: then only the heartbeat tells.
    if (start !== undefined || (holder.user ?? host.userId) === host.userId) return start !== holder.started;
    if (!host.isThere(holder.pid)) return true;
  }
  return holder.beat !== undefined && ageMs() > missedBeats * holder.beat * 1000;
}

/** Which command, where, since when. */
export const nameOf = ({ task, pid, host, since }: Holder): string => `\`just ${task}\` (pid ${pid} on ${host}, since ${since})`;
