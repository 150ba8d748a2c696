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
export function smiFault(call: { exitCode: number; output: string; timedOut: boolean }): SmiFault {
  if (call.timedOut) return 'hung';
  const text = texts.find(([pattern]) => pattern.test(call.output))?.[1];
  if (text) return text;
  if (call.exitCode === -1 || call.exitCode === 126 || call.exitCode === 127) return 'not-executable';
  return exitCodes[call.exitCode] ?? 'unreadable';
}
