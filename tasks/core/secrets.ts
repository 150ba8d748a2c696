/** What a variable that holds a secret is called. `TOKENIZERS_PARALLELISM` is none, and neither is the path of a token's file. */
const secretName =
  /(?:^|_)(?:TOKEN|SECRET|PASS(?:WORD|WD|PHRASE)?|CREDENTIALS?|(?:API|ACCESS|SECRET|PRIVATE|ACCOUNT)?_?KEY|PAT)(?:_(?:ID|KEY|VALUE))?$/i;
/** Whether a variable is called like one that holds a secret. */
export const isSecretName = (name: string): boolean => secretName.test(name);
const noSecret = /^(?:true|false|yes|no|on|off|none|null|auto|always|never|\d{1,5})$/i;
/** Shorter ones would be found in every other word. */
const leastLength = 5;

/** Tokens that can be told by their look: Hugging Face, GitHub, AWS, OpenAI and the like, private keys, passwords in addresses. */
const shapes: readonly RegExp[] = [
  /\bhf_[A-Za-z0-9]{8,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bsk-[\w-]{20,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=:\/\/[^/\s:@]*:)[^/\s@]+(?=@)/g,
  /(?<=\bBearer\s+)[\w.~+/=-]{4,}/gi,
  // `HF_TOKEN=…`, `"token": "…"`, `token: …` where the word is no plain one: a sentence may go on behind a colon.
  /(?<=(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|(?:secret|access|private)[_-]?key)["']?\s*=\s*["']?)[^\s"'`,;&)]{4,}/gi,
  /(?<=(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|(?:secret|access|private)[_-]?key)["']\s*:\s*["'])[^"']{4,}/gi,
  /(?<=(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|(?:secret|access|private)[_-]?key)\s*:\s*)(?=[^\s`]*\d)[^\s"'`,;&)]{6,}/gi,
  /(?<=--(?:token|password|secret|api-key)\s+)[^\s"'`]{4,}/gi,
];

/** The secrets of an environment: the values of the variables that are called like one. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => (secretName.test(name) ? partsOf(value) : []));
}

/** A secret of several lines is shown by any of them. */
export function partsOf(value: string): string[] {
  const whole = value.trim();
  const lines = whole.includes('\n') ? whole.split('\n').map((line) => line.trim()) : [];
  const usable = [whole, ...lines.filter((line) => line.length >= 16)].filter((text) => text.length >= leastLength && !noSecret.test(text));
  return [...new Set(usable.flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]))];
}

export const hidden = '(hidden)';

/** A text without the secrets that are given, and without what looks like one. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  // The longest first: one may be the beginning of another.
  for (const secret of [...secrets].sort((one, other) => other.length - one.length)) clean = clean.replaceAll(secret, hidden);
  for (const shape of shapes) clean = clean.replace(shape, hidden);
  return clean;
}
