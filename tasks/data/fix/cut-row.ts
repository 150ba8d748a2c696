import { jsonFault } from '../form/json-fault';
import type { FixedRow } from './fix-row';

/** A line that ends within its row: what comes next tells whether the row goes on there or was cut off. */
export class CutRow {
  #open: string | undefined;

  /** Whether the line before goes on in this one. Nothing is left out of such a file: what a line is in its row nobody says. */
  goesOn({ text, isRow }: FixedRow): boolean {
    const before = this.#open;
    this.#open = undefined;
    if (before !== undefined) {
      const fault = jsonFault(`${before} ${text}`);
      if (!isRow || fault === undefined || fault.kind === 'unterminated') return true;
    }
    const line = text.replace(/\r$/, '');
    if (!isRow && jsonFault(line)?.kind === 'unterminated') this.#open = line;
    return false;
  }
}
