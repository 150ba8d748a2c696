/** The variables of PEP 508 for one interpreter. */
export type MarkerValues = Readonly<Record<string, string>>;

/** Whether an environment marker (PEP 508) holds. @throws Error on a marker that cannot be read */
export function evaluateMarker(marker: string, values: MarkerValues): boolean {
  const tokens = marker.match(/\(|\)|'[^']*'|"[^"]*"|===|[<>!=~]=|[<>]|[\w.]+/g) ?? [];
  let at = 0;
  const peek = () => tokens[at];
  const next = () => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`\`${marker}\` ends too early`);
    return token;
  };
  const either = (): boolean => {
    let value = both();
    while (peek() === 'or') {
      next();
      // Not short-circuited: the right side has to be read in any case.
      value = both() || value;
    }
    return value;
  };
  const both = (): boolean => {
    let value = one();
    while (peek() === 'and') {
      next();
      value = one() && value;
    }
    return value;
  };
  const one = (): boolean => {
    if (peek() !== '(') return comparison();
    next();
    const value = either();
    if (next() !== ')') throw new Error(`\`${marker}\` lacks a \`)\``);
    return value;
  };
  const operand = (): { text: string } => {
    const token = next();
    if (/^['"]/.test(token)) return { text: token.slice(1, -1) };
    return { text: values[token] ?? '' };
  };
  const comparison = (): boolean => {
    const left = operand();
    let operator = next();
    if (operator === 'not') operator = `not ${next()}`;
    return compare(left.text, operator, operand().text);
  };
  const value = either();
  if (at !== tokens.length) throw new Error(`\`${marker}\` goes on after its end`);
  return value;
}

function compare(left: string, operator: string, right: string): boolean {
  if (operator === 'in') return right.includes(left);
  if (operator === 'not in') return !right.includes(left);
  // Loaded when a version is compared: most markers are about platforms, and a look is to be quick.
  const { satisfies, valid } = /^v?\d/.test(left) ? pep440() : noVersions;
  if (valid(left) && valid(right.replace(/\.\*$/, ''))) return satisfies(left, `${operator}${right}`);
  if (operator === '==' || operator === '===') return left === right;
  if (operator === '!=') return left !== right;
  // Not versions: PEP 508 falls back to comparing text.
  if (operator === '<') return left < right;
  if (operator === '>') return left > right;
  if (operator === '<=') return left <= right;
  if (operator === '>=') return left >= right;
  throw new Error(`\`${operator}\` is not a marker operator`);
}

const pep440 = () => require('@renovatebot/pep440') as typeof import('@renovatebot/pep440');
const noVersions = { valid: () => null, satisfies: () => false };
