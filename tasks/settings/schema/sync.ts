import { count, flag, lines, oneOf, section } from './values';

/** `setup.sync`: what travels, and how. */
export const sync = section('What sync:push and sync:pull move, and how', {
  push: lines('Folders or files that sync:push sends; a question mark at the end: where it is there', [
    'data/processed',
    'configs?',
    'scripts?',
  ]),
  pull: lines('Folders or files that sync:pull fetches; a question mark at the end: where it is there', ['adapters', 'logs?']),
  include: lines('Patterns of files that travel although an exclude names them; without an exclude nothing else travels', []),
  exclude: lines('Patterns of files that do not travel, as rsync reads them', []),
  transfer: oneOf('Over ssh: rsync, scp, or auto: rsync where the remote has it, else scp', ['rsync', 'scp', 'auto'], 'rsync'),
  compress: flag('Compress on the way (zstd, where both rsyncs know it): for text over a slow link', false),
  max_delete: count('Most files that --delete may delete', 100, 0),
  retries: count('Tries again after a link that broke, without a byte moved in between', 4, 0),
  timeout_seconds: count('No byte for so long ends a try', 30, 5),
});
