import { isSecretName, isSecretValue, withoutShapes } from './secret-shapes';

/** What stands in a text instead of a secret. */
export { hidden } from './secret-shapes';

/** Shorter ones would be found in every other word. */
const leastLength = 5;

/** The secrets of an environment: the values of the variables that are called like one, and passwords in addresses. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return [...new Set(Object.entries(env).flatMap(([name, value = '']) => [...named(name, value), ...passwordsIn(value)]))];
}

const named = (name: string, value: string): string[] => (isSecretName(name) && isSecretValue(name, value) ? partsOf(value) : []);

/** The passwords of addresses in a text, as they stand there and as a program gets them. */
const passwordsIn = (text: string): string[] =>
  [...text.matchAll(/:\/\/[^/\s:@]*:([^/\s]+)@/g)].flatMap(([, password = '']) => [...partsOf(password), ...partsOf(decoded(password))]);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The ways in which a secret may be written. One of several lines is shown by any of them. */
export function partsOf(value: string): string[] {
  const whole = value.trim();
  const lines = whole.includes('\n') ? whole.split('\n').map((line) => line.trim()) : [];
  const usable = [whole, ...lines.filter((line) => line.length >= 16)].filter(
    (text) => text.length >= leastLength && isSecretValue('', text),
  );
  return [...new Set(usable.flatMap(waysOf))];
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
    ...inBase64(text),
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
export const withoutSecrets = (text: string, secrets: readonly string[]): string => withoutShapes(without(text, patternOf(secrets)));

const without = (text: string, pattern: RegExp | undefined): string => (pattern ? text.replace(pattern, '(hidden)') : text);

/** The longest first: one may be the beginning of another. */
function patternOf(secrets: Iterable<string>): RegExp | undefined {
  const all = [...new Set(secrets)].filter((secret) => secret !== '').sort((one, other) => other.length - one.length);
  return all.length > 0 ? new RegExp(all.map((secret) => secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g') : undefined;
}

/** The secrets that this process knows of: of its environment, and what it was told with {@link hide}. */
let known: Set<string> | undefined;
let pattern: RegExp | undefined;

/** Hides these values from now on, wherever text leaves the program: made by {@link partsOf} or {@link secretsIn}. */
export function hide(secrets: Iterable<string>): void {
  known ??= new Set(secretsIn(process.env));
  for (const secret of secrets) known.add(secret);
  pattern = patternOf(known);
}

/** A text without any secret: the values that this process knows of, and what looks like one. */
export function redacted(text: string): string {
  if (!known) hide([]);
  return withoutShapes(without(text, pattern));
}

/** A value of a setting or a field, however deep, as it may be shown: without what is secret by its name or by its look. */
export function redactedValue(name: string, value: unknown): unknown {
  if (typeof value === 'string') return isSecretName(name) && isSecretValue(name, value) ? '(hidden)' : redacted(value);
  if (Array.isArray(value)) return value.map((item) => redactedValue(name, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redacted(key), redactedValue(key, inner)]));
}
