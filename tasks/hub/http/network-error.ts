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
  return `${url.host}: ${error.message || causes?.map(({ message }) => message).join('; ') || error.code || 'failed'}`;
}
