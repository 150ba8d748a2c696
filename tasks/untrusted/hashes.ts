/** A commit of git, 40 hex digits: it may become part of a file's name. Told by {@link isCommitHash} alone. */
export type Commit = string & { readonly [isCommit]: true };
declare const isCommit: unique symbol;

/** Whether text names a commit in full, and no branch or tag. */
export const isCommitHash = (text: unknown): text is Commit => typeof text === 'string' && /^[0-9a-f]{40}$/.test(text);
/** A SHA-1 in hex, as git names a blob. */
export const isSha1 = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{40}$/.test(text);
/** A SHA-256 in hex, as LFS names a file. */
export const isSha256 = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);

/** Bytes of a file: an integer that is not negative, and that numbers of JavaScript hold exactly. */
export const isByteCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
