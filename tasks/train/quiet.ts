/** Nothing is fetched, nothing is told to anybody, and what a library writes goes to the scratch folder. */
export const quiet = (scratch: string): Record<string, string | undefined> => ({
  HOME: scratch,
  TMPDIR: scratch,
  XDG_CACHE_HOME: scratch,
  HF_HOME: scratch,
  HF_DATASETS_CACHE: undefined,
  HF_HUB_OFFLINE: '1',
  TRANSFORMERS_OFFLINE: '1',
  HF_DATASETS_OFFLINE: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  HF_TOKEN: undefined,
  HUGGING_FACE_HUB_TOKEN: undefined,
  WANDB_DISABLED: 'true',
  WANDB_MODE: 'disabled',
  TOKENIZERS_PARALLELISM: 'false',
  BITSANDBYTES_NOWELCOME: '1',
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
});
