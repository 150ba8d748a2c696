import type { Context } from '../engine/context';
import type { DataFile } from './rows/data-files';

/** Whether the training reads the files with datasets before 4; asked where that matters, of the versions of the profile. */
export async function readsWithOldDatasets(context: Context, files: readonly DataFile[]): Promise<boolean> {
  if (!files.some(({ parquet }) => parquet)) return false;
  const { chooseProfile } = require('../environments/profile/choose') as typeof import('../environments/profile/choose');
  const version = (await chooseProfile(context)).versions.get('datasets');
  return version === undefined || Number.parseInt(version, 10) < 4;
}
