import * as v from 'valibot';

const list = (what: string, fallback: string[]) =>
  v.optional(
    v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.regex(/^[^\0\r\n]+$/, 'one line of text'))), v.description(what)),
    fallback,
  );
const count = (what: string, fallback: number, least = 0) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(1e9), v.description(what)), fallback);

/** `setup.sync`: what travels, and how. */
export const sync = v.optional(
  v.pipe(
    v.strictObject({
      push: list('Folders or files that sync:push sends; a question mark at the end: where it is there', [
        'data/processed',
        'configs?',
        'scripts?',
      ]),
      pull: list('Folders or files that sync:pull fetches; a question mark at the end: where it is there', ['adapters', 'logs?']),
      include: list('Patterns of files that travel although an exclude names them; without an exclude nothing else travels', []),
      exclude: list('Patterns of files that do not travel, as rsync reads them', []),
      transfer: v.optional(
        v.pipe(
          v.picklist(['rsync', 'scp', 'auto']),
          v.description('Over ssh: rsync, scp, or auto: rsync where the remote has it, else scp'),
        ),
        'rsync',
      ),
      compress: v.optional(
        v.pipe(v.boolean(), v.description('Compress on the way (zstd, where both rsyncs know it): for text over a slow link')),
        false,
      ),
      max_delete: count('Most files that --delete may delete', 100),
      retries: count('Tries again after a link that broke, without a byte moved in between', 4),
      timeout_seconds: count('No byte for so long ends a try', 30, 5),
    }),
    v.description('What sync:push and sync:pull move, and how'),
  ),
  {} as never,
);
