import type { RemoteEntry } from '../../settings/schema/remotes';
import type { SlurmSettings } from '../../settings/schema/slurm';

/** Where data goes and adapters come from, judged: nothing of it can be taken for an option or reach a shell. */
export interface Remote {
  name: string;
  type: RemoteEntry['type'];
  /** ssh: host or alias; rclone: the name of its remote, '' where `path` has it. */
  host: string;
  user: string | undefined;
  port: number | undefined;
  /** The project's folder there, as the settings write it. */
  path: string;
  identity: string | undefined;
  sshConfig: string | undefined;
  transfer: 'rsync' | 'scp' | 'auto';
  /** The file where a person corrects it, from the project. */
  settingsFile: string;
  /** It is a login node, and jobs of Slurm run what needs a GPU. */
  slurm?: SlurmSettings;
}
