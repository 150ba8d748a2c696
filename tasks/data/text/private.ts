import { hidden } from '../../untrusted/secret-shapes';

/** Addresses of persons: of mail, and telephone numbers with a country. A host of documentation (RFC 2606) is none. */
const mail = /(?<![\w.+-])[\w.+-]{1,64}@(?!(?:[\w-]+\.)*example\.(?:com|org|net)\b)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b/g;
const telephone = /(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){2,4}(?!\w)/g;

/** A text without the addresses in it. */
export const withoutAddresses = (text: string): string => text.replace(mail, hidden).replace(telephone, hidden);
