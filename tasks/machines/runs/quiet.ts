import { heartbeatMs } from '../there/protocol';

/** Milliseconds without a sign of life after which a link is dead, whatever ssh thinks of it. */
export const quietMs = 5 * heartbeatMs;
