import type { Context } from './context';

/**
 * The same context, in which files that are not written yet are read as if they were there.
 * @param planned absolute path of each, and the file that it will be a copy of
 */
export function withPlannedFiles(context: Context, planned: ReadonlyMap<string, string>): Context {
  const { files } = context.host;
  const source = (file: string): string => (files.lstat(file) ? file : (planned.get(file) ?? file));
  return {
    ...context,
    host: {
      ...context.host,
      files: {
        ...files,
        readText: (file) => files.readText(source(file)),
        readBytes: (file) => files.readBytes(source(file)),
        readJson: (file, most) => files.readJson(source(file), most),
        stat: (file) => files.stat(source(file)),
        lstat: (file) => files.lstat(source(file)),
      },
    },
  };
}
