import { explain, UserError } from '../../common/errors';
import { notOurs } from '../../untrusted/text';

/** What a machine came to, as a person reads it: with a cure where there is one. */
export const errorText = (error: Error): string =>
  error instanceof UserError ? explain(error.fault) : error.message.split('\n').map(notOurs).join('\n');
