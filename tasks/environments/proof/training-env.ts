import { offlineEnv } from '../python/offline-env';

/** Variables that keep the libraries of the training offline and quiet, besides those for every Python. */
export const offlineTrainingEnv = (scratch: string): Record<string, string | undefined> => ({
  ...offlineEnv(scratch),
  TRANSFORMERS_OFFLINE: '1',
  WANDB_DISABLED: 'true',
  WANDB_MODE: 'disabled',
  TOKENIZERS_PARALLELISM: 'false',
  BITSANDBYTES_NOWELCOME: '1',
  CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
});
