/** Why `nvidia-smi` did not answer. */
export type SmiFault =
  | 'hung'
  | 'mismatch'
  | 'lost'
  | 'not-loaded'
  | 'no-library'
  | 'permission'
  | 'no-devices'
  | 'blocked-by-system'
  | 'unknown-error'
  | 'crashed'
  | 'not-executable'
  | 'unreadable';

/** The texts come first: the same exit code can carry different ones. */
const texts: readonly (readonly [RegExp, SmiFault])[] = [
  [/version mismatch/i, 'mismatch'],
  [/GPU is lost|fallen off the bus|requires reset|Unable to determine the device handle/i, 'lost'],
  [/couldn't communicate with the NVIDIA driver|Driver Not Loaded/i, 'not-loaded'],
  [/libnvidia-ml|NVML Shared Library Not Found|cannot open shared object/i, 'no-library'],
  [/No devices were found/i, 'no-devices'],
  [/blocked by the operating system/i, 'blocked-by-system'],
  [/Failed to initialize NVML: (Insufficient Permissions|No Permission)|permission denied/i, 'permission'],
  [/Failed to initialize NVML: Unknown Error/i, 'unknown-error'],
];

/** Return values of NVML (nvml.h, `nvmlReturn_t`), which nvidia-smi ends with. */
const exitCodes: Readonly<Record<number, SmiFault>> = {
  4: 'permission',
  6: 'no-devices',
  9: 'not-loaded',
  12: 'no-library',
  15: 'lost',
  16: 'lost',
  17: 'blocked-by-system',
  18: 'mismatch',
};

/** The fault of a call that gave no line about a GPU. */
export function smiFault(call: { exitCode: number; output: string; timedOut: boolean; signal: string | undefined }): SmiFault {
  if (call.timedOut) return 'hung';
  if (call.signal) return 'crashed';
  const text = texts.find(([pattern]) => pattern.test(call.output))?.[1];
  if (text) return text;
  if (call.exitCode === -1 || call.exitCode === 126 || call.exitCode === 127) return 'not-executable';
  return exitCodes[call.exitCode] ?? 'unreadable';
}

/** Signals by which a program ends that crashes. */
const crashes: Readonly<Record<number, string>> = { 4: 'SIGILL', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE', 11: 'SIGSEGV' };

/** The signal that a crash ended with: told by the system, or by a shell in between as 128 and its number. */
export const signalOf = ({ exitCode, tail }: { exitCode: number; tail: string }): string | undefined =>
  exitCode === -1 ? /was ended by (SIG[A-Z]+)/.exec(tail)?.[1] : crashes[exitCode - 128];
