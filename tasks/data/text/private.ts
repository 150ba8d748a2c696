import { hidden, withoutShapes } from '../../untrusted/secret-shapes';

/** Addresses of persons: of mail, and telephone numbers with a country. A host of documentation (RFC 2606) is none. */
const mail =
  /(?<![\w.+-])[\w.+-]{1,64}@(?!(?:[\w-]{1,63}\.){0,40}example\.(?:com|org|net)\b)(?:[A-Za-z0-9-]{1,63}\.){1,40}[A-Za-z]{2,24}\b/g;
const telephone = /(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){2,4}(?!\w)/g;

/** How many addresses stand in a text. */
export function addressesIn(text: string): number {
  let count = 0;
  if (text.includes('@')) count += text.match(mail)?.length ?? 0;
  if (text.includes('+')) count += text.match(telephone)?.length ?? 0;
  return count;
}

/** A text without the addresses in it. */
export const withoutAddresses = (text: string): string => text.replace(mail, hidden).replace(telephone, hidden);

/** What the shapes of secrets begin with or hold: most texts have none of it, and cost one look. */
const hints =
  /hf_|api_org_|gh[pousr]_|github_pat_|npm_|AKIA|ASIA|\bsk-|glpat-|xox[abprs]-|AIza|pypi-|nvapi-|eyJ|PRIVATE KEY|:\/\/[^/\s:@]*:[^/\s]+@/;

/** Whether a text holds a secret by its shape: a token, a private key, a password in an address. */
export const hasSecret = (text: string): boolean => hints.test(text) && withoutShapes(text) !== text;
