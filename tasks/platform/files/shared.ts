/**
 * Files in a folder that other users may write into too. No link below that folder is followed, also not one under a file's
 * own name; what is read has a limit; what we write is for nobody else to change, whatever the umask.
 */
export * from './shared-reading';
export * from './shared-writing';
