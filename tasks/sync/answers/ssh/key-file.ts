/** What a file that ssh cannot load as a private key is, by its text. */
export type KeyFile = 'public' | 'putty' | 'empty' | 'windows-lines' | 'byte-order-mark' | 'no-last-newline' | 'cut' | 'no-key';

/** @param text the whole file; of anything else than a key its beginning is enough */
export function keyFile(text: string): KeyFile {
  if (text.trim() === '') return 'empty';
  if (/^PuTTY-User-Key-File-/.test(text)) return 'putty';
  if (/^(?:ssh-|ecdsa-|sk-)[\w@.-]+ AAAA|^-{4,5} ?BEGIN (?:SSH2 |RSA )?PUBLIC KEY/.test(text)) return 'public';
  if (text.startsWith('\ufeff')) return 'byte-order-mark';
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return 'no-key';
  if (!/-----END [A-Z ]*PRIVATE KEY-----/.test(text)) return 'cut';
  if (text.includes('\r')) return 'windows-lines';
  return text.endsWith('\n') ? 'no-key' : 'no-last-newline';
}

/** The files that ssh says it cannot load, and whose permissions are not why. */
export const unloaded = (text: string): string[] =>
  [...text.matchAll(/^Load key "([^"]{1,4096})": (?!bad permissions)/gm)].map(([, file = '']) => file);
