import { UserError } from '../../../common/errors';
import type { Machine } from '../../machine';

/** Others are faster each time, or have placed other files since. */
export const projectBusy = ({ remote }: Machine): UserError =>
  new UserError({
    code: 'E_PROJECT_BUSY',
    found: `others bring a project to \`${remote.name}:${remote.path}\` at this moment`,
    needed: 'one at a time',
    fix: 'run the same command again: it looks at what lies there by then',
  });
