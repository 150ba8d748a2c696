/** A failure that another try may mend. */
export class RetryableError extends Error {
  constructor(
    message: string,
    /** Milliseconds that the server wants us to wait. */
    readonly waitMs = 0,
    /** The hash that the server has for the file, where that is what is wrong. */
    readonly otherHash?: string,
  ) {
    super(message);
  }
}

/** Bytes came, and so few that it would never end. */
export class TooSlow extends RetryableError {}

/** A file of this machine is shorter than it was: no try brings more of it. */
export class SourceEnded extends Error {}
