/** The files of the settings: `setup` is the one that names do not mention. */
const parts = ['setup', 'paths', 'training'];

/** Whether a name begins with the part that it is in: `paths.models_dir`, but `storage.warn_gb`. */
export const isPart = (key: string | undefined): boolean => key !== undefined && parts.includes(key);

/** A setting as a person writes it: `storage.warn_gb`, `paths.models_dir`, `training.lora.rank`. */
export const settingName = (keys: readonly (string | number)[]): string =>
  (keys[0] === 'setup' && keys.length > 1 ? keys.slice(1) : keys).join('.');
