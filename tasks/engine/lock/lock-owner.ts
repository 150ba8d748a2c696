import * as path from 'node:path';
import type { Host } from '../../platform';
import { bootId } from '../../platform/boot-id';
import { type Fields, fieldsOf, tryParse } from '../../untrusted/json';
import { oneLine } from '../../untrusted/text';
import { heartbeatSeconds, missedHeartbeats } from './heartbeat';

/** A process group that a run has started. */
export interface ChildProcess {
  pid: number;
  /** When it started, so that a later one with the same number is not taken for it. */
  started: string;
}

/** The run that holds a lock, as the lock's file says it. */
export interface LockOwner {
  /** No other run has it. */
  id: string;
  pid: number;
  /** When that process started. */
  started: string;
  host: string;
  /** Where its process number means something: {@link pidNamespaceId}. */
  space?: string;
  task: string;
  since: string;
  /** Seconds between two signs of life; absent where it gives none. */
  beat?: number;
  /** The process groups it runs: what a killed owner leaves behind. */
  children: readonly ChildProcess[];
}

/** Characters that a lock's file may have: more is none. */
export const maxLockChars = 65_536;
/** No run starts more at once. */
export const maxChildren = 100;

/** Milliseconds that a lock of ours may lie there half written, on a disk without hard links. */
const halfWrittenMs = 5000;

/**
 * What a lock's file says; `undefined` where it is none, or not written to its end. It may be anybody's: a number of it is
 * a process number, its texts have a limit, and there is nothing else in it.
 */
export function parseLockOwner(text: string | undefined): LockOwner | undefined {
  const fields = fieldsOf(tryParse(text, maxLockChars));
  if (!fields) return undefined;
  const { id, pid, started, host, space, task, since, beat } = fields;
  const children = childrenOf(fields);
  if (!isText(id, 100) || !isProcess(pid) || !isText(started, 100) || !isText(host, 300)) return undefined;
  if (!isText(task, 100) || !isText(since, 100) || !children) return undefined;
  if (space !== undefined && !isText(space, 300)) return undefined;
  if (beat !== undefined && !(typeof beat === 'number' && beat > 0 && beat <= 3600)) return undefined;
  return {
    ...{ id, pid, started, host, task, since, children },
    ...(space === undefined ? {} : { space }),
    ...(beat === undefined ? {} : { beat }),
  };
}

/** 0 and what is below mean whole groups to kill(2), 1 is the system's first process. Groups of ours are never it. */
function childrenOf({ children = [] }: Fields): ChildProcess[] | undefined {
  if (!Array.isArray(children) || children.length > maxChildren) return undefined;
  const all = children.map((each: unknown): ChildProcess | undefined => {
    const { pid, started } = fieldsOf(each) ?? {};
    return isProcess(pid) && pid > 1 && isText(started, 100) && started !== '' ? { pid, started } : undefined;
  });
  return all.every((each) => each !== undefined) ? all : undefined;
}

const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;
/** In a container the run itself may be process 1. */
const isProcess = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1 && (value as number) < 2 ** 31;

/**
 * Names the machine's boot and the container that process numbers of this run belong to: two containers of one machine
 * may have the same host name. '' where the system has no such names. Linux: random(4), pid_namespaces(7).
 */
export function pidNamespaceId({ platform, files }: Pick<Host, 'platform' | 'files'>): string {
  if (platform !== 'linux') return '';
  return `${bootId({ platform, files })} ${path.basename(files.linkTarget('/proc/self/ns/pid') ?? '')}`;
}

/** Whether an owner's process can be looked at from here. The name of a machine alone does not say so. */
export const isSameMachine = (host: Host, { host: name, space, started }: LockOwner): boolean =>
  name === host.hostname && space === pidNamespaceId(host) && started !== '';

/**
 * Whether the run that made a lock is over, whatever ended it.
 * @param isOurs whether this user made it
 * @param ageMs milliseconds since its last sign of life, asked for only where nothing else tells
 */
export async function isStale(host: Host, owner: LockOwner | undefined, isOurs: boolean, ageMs: () => number): Promise<boolean> {
  // One that we cannot read may be alive, and of a kind that we do not know.
  if (!owner) return ageMs() > (isOurs ? halfWrittenMs : missedHeartbeats * heartbeatSeconds * 1000);
  if (isSameMachine(host, owner)) {
    const start = await host.processStartTime(owner.pid);
    // A system may hide when other users' processes started: then only the heartbeat tells.
    if (start !== undefined || isOurs) return start !== owner.started;
    if (!host.isProcessAlive(owner.pid)) return true;
  }
  return owner.beat !== undefined && ageMs() > missedHeartbeats * owner.beat * 1000;
}

/** Which command, where, since when. What it says of itself is shown as text. */
export const describeOwner = ({ task, pid, host, since }: LockOwner): string =>
  `\`just ${oneLine(task, 60)}\` (pid ${pid} on ${oneLine(host, 80)}, since ${oneLine(since, 40)})`;
