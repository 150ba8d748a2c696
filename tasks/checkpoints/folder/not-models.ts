import * as path from 'node:path';

/** Names that macOS and Windows leave in every folder that they show; `._name` is what macOS keeps beside `name` on foreign disks (AppleDouble). */
const names = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', '.localized', '.fseventsd', '.Spotlight-V100', '.Trashes']);

/** Whether a file is an operating system's own: never part of a model, whatever its ending. */
export const isSystemFile = (file: string): boolean => {
  const name = path.posix.basename(file);
  return name.startsWith('._') || names.has(name) || file.split('/').includes('__MACOSX');
};
