import type { ProfileChoice } from '../../environments/profile/decide';
import type { Layers } from '../layer';

/** What the environment's own torch said of itself and of the cards that it sees. */
export interface TorchProbe extends Layers {
  torch: { version: string; cuda: string | null; architectures: string } | undefined;
  devices: { index: number; name: string; capability: string; freeBytes: number | undefined; totalBytes: number | undefined }[];
}

/** What the driver half knows of the driver, and what was chosen for it. */
export interface DriverVersions {
  choice: Pick<ProfileChoice, 'torch' | 'covering'>;
  version: string | undefined;
  /** The newest CUDA that it runs. */
  cuda: string | undefined;
}
