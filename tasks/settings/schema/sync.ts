import { count, flag, lines, oneOf, section } from './values';

/** `setup.sync`: what travels, and how. */
export const sync = section('What sync:push and sync:pull move, and how', {
  push: lines('Folders or files that sync:push sends; with a question mark at the end only if it exists', [
    'data/processed',
    'configs?',
    'scripts?',
  ]),
  pull: lines('Folders or files that sync:pull fetches; with a question mark at the end only if it exists', ['adapters', 'logs?']),
  include: lines('rsync patterns of files to include even if excluded; without an exclude only these are synced', []),
  exclude: lines('rsync patterns of files to leave out', []),
  links: oneOf(
    'Links that lead out of what sync:push sends: content sends what they lead to, keep the links as they are',
    ['content', 'keep'],
    'content',
  ),
  transfer: oneOf('Over ssh: rsync, scp, or auto: rsync where the remote has it, else scp', ['rsync', 'scp', 'auto'], 'rsync'),
  compress: flag('Compress on the way (zstd, where both rsyncs know it): for text over a slow link', false),
  max_delete: count('The most files that --delete may delete', 100, 0),
  retries: count('Retries after a broken connection, with no data transferred in between', 4, 0),
  timeout_seconds: count('Seconds without data before an attempt is given up', 30, 5),
});
