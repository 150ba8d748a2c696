/**
 * A text of the other side is not what it can be: a name that leads elsewhere, a size that is none, half a line.
 * The message is the end of a sentence that begins with who said it, and can be shown as it is.
 */
export class WrongAnswer extends Error {}

/** Most files of one folder that are listed: more is nothing that one machine trains with, and fills memory. */
export const mostFiles = 2_000_000;
