import { withoutPrivateKeys } from './private-keys';

/** What a secret is called and what it looks like: in a variable, a setting, a header, a command, an address. */

/** What stands in a text instead of a secret. */
export const hidden = '(hidden)';

/** Words that are called a token and are no secret: of a tokenizer's settings. */
const plainTokens = '(?:pad|eos|bos|unk|sep|cls|mask|image|special|next|stop|end|start|prompt)[_-]';

/**
 * How the name of a variable or a field ends that holds a secret. `TOKENIZERS_PARALLELISM` is none, and neither is the
 * path of a token's file. Names of rclone's options are among them: `pass`, `secret_access_key`, `sas_url`, `key_pem`.
 */
const secretName =
  /(?:^|_)(?:(?:ACCESS|AUTH|API|HF)?TOKEN|SECRET|(?:PG|SSH|DB)?PASS(?:WORD|WD|PHRASE)?2?|(?<=_)PWD|CREDENTIALS?|(?:API|ACCESS|SECRET|PRIVATE|ACCOUNT)?_?KEY|PAT|CONNECTION_STRING|SAS_URL)(?:_(?:ID|KEY|VALUE|PEM))?$/i;
const noSecretName = new RegExp(`(?:^|_)${plainTokens}token(?:_id)?$`, 'i');
const noSecret = /^(?:true|false|yes|no|on|off|none|null|auto|always|never|missing|unset|required|\(?hidden\)?|E_[A-Z0-9_]+|\d{1,5})$/i;
const filePath = /^(?:~|\.{1,2})?\/[^\s/]+\/\S*$/;

/** Whether a variable, a setting or a field is called as one that holds a secret; `accessKey` is `access_key`. */
export function isSecretName(name: string): boolean {
  const plain = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return secretName.test(plain) && !noSecretName.test(plain);
}

/** Whether the value of a secret's name is one: no word of a switch, no number of a limit, no path of the file that holds it. */
export const isSecretValue = (name: string, value: string): boolean =>
  value.trim() !== '' && !noSecret.test(value.trim()) && !(filePath.test(value) && name !== '' && !/secret|pass|access/i.test(name));

type Shape = readonly [RegExp, (...groups: string[]) => string];

const all = (pattern: RegExp): Shape => [pattern, () => hidden];
/** What follows a head that stays. */
const after = (pattern: RegExp): Shape => [pattern, (whole, head = '', value = '') => (noSecret.test(value) ? whole : head + hidden)];

const words = `(?<!${plainTokens})token|secret|passw(?:or)?d2?|passphrase|(?<![a-z])pass2?|(?<=_)pwd|api[_-]?key|(?:secret|access|private|account)[_-]?key|credentials?|connection[_-]?string|sas[_-]?url`;
const name = `(?:${words})(?:[_-](?:id|key|value|pem))?`;
const word = '(?:[^\\s"\'`,;&)\\\\]|\\\\(?!["\']))';

/** A name, a sign, a value in quotes or without. */
const assigned = (sign: string, value: string): RegExp =>
  new RegExp(`(${name})(\\\\*["']?\\s*${sign}\\s*)(?:(\\\\*["'])((?:(?!\\3).|\\3\\3)+)(?=\\3)|(?!\\(hidden)(${value}))`, 'gi');
const assignment = (pattern: RegExp): Shape => [
  pattern,
  (whole, name = '', sign = '', quote = '', quoted = '', plain = '') =>
    isSecretValue(name, quoted || plain) ? `${name}${sign}${quote ?? ''}${hidden}` : whole,
];

/** Tokens of Hugging Face, GitHub, GitLab, AWS, OpenAI, Google, Slack, npm, PyPI and NVIDIA, and those of three parts (RFC 7519). */
const tokens: readonly Shape[] = [
  all(
    /(?<![A-Za-z0-9])(?:hf_(?!(?:transfer|argparser|quantizer|processor|tokenizer|datasets?|pipelines?|inference|endpoints?|download|generate|deepspeed|trainer)\b)[A-Za-z0-9]{8,}|api_org_[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|npm_[A-Za-z0-9]{30,})/g,
  ),
  all(
    /\b(?:AKIA|ASIA)[0-9A-Z]{16}(?:[\s:,;|/]{1,3}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])|:(?=\S{0,80}[a-z])(?=\S{0,80}[A-Z])[A-Za-z0-9/+]{10,40})?/g,
  ),
  all(
    /\b(?:sk-[\w-]{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}|pypi-[\w-]{30,}|nvapi-[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g,
  ),
];

/** Passwords in addresses and signatures of links, written plainly or encoded. */
const addresses: readonly Shape[] = [
  all(/(?<=:\/\/[^/\s:@]*:)[^/\s]+(?=@)/g),
  all(/(?<=:\/\/)(?=[^/\s:@]*\d)[\w.~-]{20,}(?=@)/g),
  after(/(%3A%2F%2F[^\s%]{0,200}%3A)([^\s&]+?)(?=%40)/gi),
  after(/([?&](?:sig|(?:X-Amz-|X-Goog-)?(?:Signature|Credential|Security-Token)|Key-Pair-Id|Policy)=)([^\s&"'`)]+)/gi),
];

/** Headers, options of commands, `name=value`, and JSON or YAML. */
const written: readonly Shape[] = [
  after(/(\bauthorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|token|digest)\s+)?)(?!basic|bearer|token|digest|\()([^\s"'`,;]{4,})/gi),
  after(/(\bBearer\s+)([\w.~+/=-]{4,})/gi),
  after(/((?<![\w-])(?:-u|--user|--proxy-user)[= ]+[^\s:@/"'`]{1,64}:)([^\s"'`@]+)/g),
  after(
    /(--(?!send-token\b)(?:[\w]+-){0,4}(?:token|password|passphrase|secret|(?:api|access|secret)-key)\s+["']?)(?![-("'])([^\s"'`]{4,})/gi,
  ),
  assignment(assigned('(?:=|%3D)', `${word}{4,}`)),
  // A sentence may go on behind a colon: only in quotes, where it is no plain word, or where it is all of a line.
  assignment(assigned(':', `(?=[^\\s\`]*\\d)${word}{6,}`)),
  [
    new RegExp(`^([ \\t-]*[\\w.-]{0,40}?(${name})[ \\t]*:[ \\t]+)(\\S{3,})(?=[ \\t]*$)`, 'gim'),
    (whole, head = '', name = '', value = '') => (isSecretValue(name, value) ? head + hidden : whole),
  ],
];

/** `,name=value` of a connection string (rclone.org/docs, "Connection strings"): the path behind its colon is no secret. */
const parameters = /,[a-z_0-9]{1,60}=(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[^,:"']*)(?=[,:])/gi;
const connection: Shape = [
  parameters,
  (whole) => {
    const at = whole.indexOf('=') + 1;
    return isSecretName(whole.slice(1, at - 1)) && isSecretValue('secret', whole.slice(at)) ? whole.slice(0, at) + hidden : whole;
  },
];

/** The secrets that stand in an address or a connection string: a program may say one of them alone. */
export function secretsInAddress(text: string): string[] {
  const values = (text.match(parameters) ?? []).filter((each) => isSecretName(each.slice(1, each.indexOf('='))));
  const passwords = [...text.matchAll(/:\/\/[^/\s:@]*:([^/\s]+)@/g)].map(([, password = '']) => password);
  return [...values.map((each) => each.slice(each.indexOf('=') + 1).replace(/^(["'])(.*)\1$/, '$2')), ...passwords];
}

/** base64 of `user:password`, as a Basic header has it (RFC 7617). */
const base64: Shape = [
  /(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{11,}={0,2}(?![A-Za-z0-9+=_-])/g,
  (whole) =>
    isLogin(whole)
      ? hidden
      : whole
          .split('/')
          .map((part) => (isLogin(part) ? hidden : part))
          .join('/'),
];
const basic: Shape = [
  /(\bBasic\s+)([A-Za-z0-9+/_-]{4,}={0,2})/gi,
  (whole, head = '', value = '') => (isLogin(value, 4) ? head + hidden : whole),
];

function isLogin(text: string, least = 11): boolean {
  if (text.length < least || !/[a-z]/.test(text) || !/[A-Z]/.test(text)) return false;
  return /^[\x21-\x39\x3b-\x7e]{1,64}:[\x20-\x7e]{1,200}$/.test(Buffer.from(text, 'base64').toString('latin1'));
}

const shapes: readonly Shape[] = [...tokens, connection, ...addresses, ...written, basic];

/** Any text that one of the shapes fits has one of these in it: the usual text costs two looks. */
const suspect =
  /hf_|api_org|gh[pousr]_|github_pat|npm_|AKIA|ASIA|sk-|glpat|xox|AIza|pypi-|nvapi|eyJ|@|%40|[?&](?:sig|x-|pol|cred)|basic|bearer|authorization|(?<![\w-])-u|--user|token|secret|pass|_pwd|key|credential|connection.?string|sas.?url/i;
/** base64 of more than a few letters has capitals in it. */
const capital = /[A-Z]/;

const changed = (text: string, by: readonly Shape[]): string =>
  by.reduce((clean, [pattern, put]) => clean.replace(pattern, put as (match: string) => string), text);

/** Characters that are looked at together: an expression has no room for a text of ten million without a break. */
const together = 1_000_000;

/** A text without what looks like a secret. */
export function withoutShapes(text: string): string {
  const plain = withoutPrivateKeys(text, hidden);
  if (plain.length <= together) return withoutShapesIn(plain);
  const parts: string[] = [];
  for (let from = 0; from < plain.length; ) {
    const to = breakBefore(plain, from + together, from);
    parts.push(withoutShapesIn(plain.slice(from, to)));
    from = to;
  }
  return parts.join('');
}

/** Where a text can be cut without cutting a secret: behind a line, else behind a word. */
function breakBefore(text: string, most: number, from: number): number {
  if (most >= text.length) return text.length;
  const at = ['\n', ' '].map((each) => text.lastIndexOf(each, most - 1)).find((each) => each > from + together / 2);
  return at === undefined ? most : at + 1;
}

function withoutShapesIn(text: string): string {
  const clean = suspect.test(text) ? changed(text, shapes) : text;
  return capital.test(clean) ? changed(clean, [base64]) : clean;
}
