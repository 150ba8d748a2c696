import { oneLine } from '../../untrusted/text';

/** A connection that broke, stalled or was never made. */
export class NetworkError extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/** What a connection that failed says of itself. */
export function messageOf(error: NodeJS.ErrnoException, url: URL): string {
  // Two addresses of one name fail as one error without words.
  const causes = (error as AggregateError).errors as Error[] | undefined;
  // The message may quote what the other side sent, a name of its certificate for one.
  return oneLine(`${url.host}: ${error.message || causes?.map(({ message }) => message).join('; ') || error.code || 'failed'}`);
}
