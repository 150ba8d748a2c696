import { deepest } from './depth';
import type { FormKind } from './kinds';

/** Why a text is no JSON row. */
export interface JsonFault {
  kind: Extract<FormKind, 'not-json' | 'trailing-comma' | 'quotes' | 'comment' | 'control' | 'unterminated' | 'more-behind' | 'too-deep'>;
  /** From 0. */
  at: number;
}

const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity/y;
const blanks = /[ \t\r\n]*/y;
const pythonWord = /None|True|False/y;

class Stop extends Error {
  constructor(readonly fault: JsonFault) {
    super(fault.kind);
  }
}

/**
 * Where Python's json stops reading a text that is one value, and why; `undefined` where it takes it. Only asked where JSON.parse
 * refuses, so it may be slow. The rules are those of RFC 8259 with `NaN` and `Infinity`, which Python and pyarrow take.
 */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    const end = behindBlanks(text, value(text, behindBlanks(text, 0), 0));
    return end < text.length
      ? { kind: commentAt(text, end) ?? (text[end] === ',' ? 'trailing-comma' : 'more-behind'), at: end }
      : undefined;
  } catch (error) {
    if (error instanceof Stop) return error.fault;
    throw error;
  }
}

const stop = (text: string, at: number, kind: JsonFault['kind'] = 'not-json'): never => {
  throw new Stop({ kind: at >= text.length ? 'unterminated' : (commentAt(text, at) ?? kind), at: Math.min(at, text.length) });
};

const commentAt = (text: string, at: number): 'comment' | undefined =>
  text[at] === '#' || text.startsWith('//', at) || text.startsWith('/*', at) ? 'comment' : undefined;

function behindBlanks(text: string, at: number): number {
  blanks.lastIndex = at;
  blanks.exec(text);
  return blanks.lastIndex;
}

function value(text: string, at: number, depth: number): number {
  const character = text[at];
  if (depth > deepest) return stop(text, at, 'too-deep');
  if (character === '{') return members(text, at, depth);
  if (character === '[') return items(text, at, depth);
  if (character === '"') return string(text, at);
  literal.lastIndex = at;
  if (literal.test(text)) return literal.lastIndex;
  pythonWord.lastIndex = at;
  return stop(text, at, character === "'" || pythonWord.test(text) ? 'quotes' : 'not-json');
}

function members(text: string, start: number, depth: number): number {
  let at = behindBlanks(text, start + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') return stop(text, at, text[at] === "'" ? 'quotes' : text[at] === '}' ? 'trailing-comma' : 'not-json');
    at = behindBlanks(text, string(text, at));
    if (text[at] !== ':') return stop(text, at);
    at = behindBlanks(text, value(text, behindBlanks(text, at + 1), depth + 1));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') return stop(text, at);
    at = behindBlanks(text, at + 1);
  }
}

function items(text: string, start: number, depth: number): number {
  let at = behindBlanks(text, start + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    if (text[at] === ']') return stop(text, at, 'trailing-comma');
    at = behindBlanks(text, value(text, at, depth + 1));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') return stop(text, at);
    at = behindBlanks(text, at + 1);
  }
}

function string(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') return at + 1;
    if (character < ' ') return stop(text, at, 'control');
    if (character !== '\\') continue;
    at++;
    if (at < text.length && !/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at, at + 5))) return stop(text, at);
  }
  return stop(text, text.length);
}
