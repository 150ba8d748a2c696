import * as path from 'node:path';

/**
 * What a file or folder is called until it is whole and gets its name by a rename. A kill leaves it where it is, so the name begins as one
 * that never travels (`._*`, sync/compare/folders.ts).
 */
export const temporaryName = (file: string): string => path.join(path.dirname(file), `._${path.basename(file)}.part`);
