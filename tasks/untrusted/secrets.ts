import { hidden, isSecretName, isSecretValue, secretsInAddress, withoutShapes } from './secret-shapes';

/** Shorter ones would be found in every other word. */
const leastLength = 5;

/** The secrets of an environment: the values of the variables that are called like one, and passwords in addresses. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return [...new Set(Object.entries(env).flatMap(([name, value = '']) => [...named(name, value), ...passwordsIn(value)]))];
}

const named = (name: string, value: string): string[] => (isSecretName(name) && isSecretValue(name, value) ? partsOf(value) : []);

/** The secrets of an address or of a connection string, as they stand there and as a program gets them. */
export const passwordsIn = (text: string): string[] =>
  secretsInAddress(text).flatMap((password) => [...partsOf(password), ...partsOf(decoded(password))]);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The ways in which a secret may be written. One of several lines is shown by any of them, and one with `/` in it by what a path keeps. */
export function partsOf(value: string): string[] {
  const whole = value.trim();
  const lines = whole.includes('\n') ? whole.split('\n').map((line) => line.trim()) : [];
  // A path is no secret of which a folder's name were a part.
  const pieces = lines.length > 0 || /^[/~.]/.test(whole) ? [] : whole.split('/').filter((piece) => piece.length >= 10);
  const usable = [whole, ...lines.filter((line) => line.length >= 16), ...pieces].filter(
    (text) => text.length >= leastLength && isSecretValue('', text),
  );
  return [...new Set(usable.flatMap((text) => [...waysOf(text), ...(text === whole ? inBase64(text) : [])]))];
}

function waysOf(text: string): string[] {
  // A half of a surrogate pair has no URL form.
  const url = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  const json = JSON.stringify(text).slice(1, -1);
  return [
    text,
    text.replace(/\s+/g, ' '),
    url,
    url.replace(/%../g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    json,
    JSON.stringify(json).slice(1, -1),
    text.replace(/'/g, "'\\''"),
  ];
}

/** What base64 makes of it at each of the three places in a group of bytes: `user:secret` holds one of them. */
function inBase64(text: string): string[] {
  if (Buffer.byteLength(text) < 6) return [];
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const own = bytes.toString('base64').slice([0, 2, 3][offset], Math.floor((bytes.length * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** A text without the secrets that are given, and without what looks like one. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string => withoutShapes(without(text, inOrder(secrets)));

/** The longest first: one may be the beginning of another. */
const inOrder = (secrets: Iterable<string>): string[] =>
  [...new Set(secrets)].filter((secret) => secret !== '').sort((one, other) => other.length - one.length);

function without(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length <= clean.length && clean.includes(secret)) clean = clean.replaceAll(secret, hidden);
  return clean;
}

/** The secrets that this process knows of: of its environment, and what it was told with {@link hide}. */
let known: readonly string[] | undefined;

/** Hides these values from now on, wherever text leaves the program: made by {@link partsOf} or {@link secretsIn}. */
export function hide(secrets: Iterable<string>): void {
  known = inOrder([...(known ?? secretsIn(process.env)), ...secrets]);
}

/** A text without any secret: the values that this process knows of, and what looks like one. */
export function redacted(text: string): string {
  known ??= inOrder(secretsIn(process.env));
  return withoutShapes(without(text, known));
}
