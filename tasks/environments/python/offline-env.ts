/**
 * Variables for Python libraries at work in a scratch folder: nothing is fetched, nothing is told to anybody, no token
 * is read, and what they write is removed with the folder.
 */
export const offlineEnv = (scratch: string): Record<string, string | undefined> => ({
  HOME: scratch,
  TMPDIR: scratch,
  XDG_CACHE_HOME: scratch,
  HF_HOME: scratch,
  HF_DATASETS_CACHE: undefined,
  HF_HUB_OFFLINE: '1',
  HF_DATASETS_OFFLINE: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  HF_TOKEN: undefined,
  HUGGING_FACE_HUB_TOKEN: undefined,
});
