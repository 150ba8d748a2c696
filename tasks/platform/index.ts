import * as os from 'node:os';
import * as disk from './disk';
import * as files from './files';
import * as shared from './files/shared';
import * as tree from './files/tree';
import { isProcessAlive, lineage, processStartTime } from './processes/process-groups';
import { Processes } from './processes/processes';

/** The only way to the machine: processes, disk, environment and clock. Nothing else touches them. */
export interface Host {
  readonly files: typeof files;
  /** Files by names of bytes. */
  readonly tree: typeof tree;
  /** Files in a folder that other users may write into too. */
  readonly shared: typeof shared;
  readonly disk: typeof disk;
  readonly processes: Processes;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** How many threads can run at once. */
  readonly cores: number;
  readonly pid: number;
  readonly hostname: string;
  /** 0 where the system has none. */
  readonly userId: number;
  /** What the kernel's own folders lie in: `/`. Tests give a machine that is not theirs. */
  readonly systemRoot: string;
  /** The home folder, `undefined` where the machine knows none. */
  readonly home: string | undefined;
  readonly nodeVersion: string;
  /** The version of the C library that Node runs on; `undefined` where it is not glibc. Takes some milliseconds. */
  glibc(): string | undefined;
  now(): Date;
  sleep(ms: number): Promise<void>;
  processStartTime(pid: number): Promise<string | undefined>;
  isProcessAlive(pid: number): boolean;
  /** This process and those above it, and the groups that they are in. */
  lineage(): Promise<ReadonlySet<number>>;
}

/** This machine. */
export function thisHost(): Host {
  return {
    files,
    tree,
    shared,
    disk,
    processes: new Processes(),
    env: process.env,
    platform: process.platform,
    arch: process.arch,
    cores: os.availableParallelism(),
    pid: process.pid,
    hostname: os.hostname(),
    userId: process.getuid?.() ?? 0,
    systemRoot: '/',
    home: homeFolder(),
    nodeVersion: process.versions.node,
    glibc: () => (process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined)?.header?.glibcVersionRuntime,
    now: () => new Date(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    processStartTime,
    isProcessAlive,
    lineage,
  };
}

function homeFolder(): string | undefined {
  try {
    return os.homedir() || undefined;
  } catch {
    return undefined;
  }
}
