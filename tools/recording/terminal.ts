/** A character on a screen, with the colour that it has (SGR 30 to 37 and 90), and whether it is bold or dim. */
export interface Cell {
  text: string;
  colour?: number;
  bold?: boolean;
  dim?: boolean;
}

type Style = Omit<Cell, 'text'>;

/**
 * What a terminal shows after all that a program wrote: enough of ECMA-48 for a list that is redrawn (moves, erasing, colours,
 * wrapped lines), and the whole history, as one that scrolls has it.
 */
export function screenOf(written: string, columns: number): Cell[][] {
  const lines: Cell[][] = [[]];
  let [row, column, style]: [number, number, Style] = [0, 0, {}];
  const line = (): Cell[] => {
    while (lines.length <= row) lines.push([]);
    return lines[row] as Cell[];
  };
  const put = (text: string) => {
    if (column >= columns) [row, column] = [row + 1, 0];
    const cells = line();
    while (cells.length < column) cells.push({ text: ' ' });
    cells[column++] = { text, ...style };
  };
  const control = (parameters: string, letter: string) => {
    const [first = 0] = parameters.split(';').map(Number);
    const count = Math.max(1, first || 1);
    if (letter === 'A') row = Math.max(0, row - count);
    else if (letter === 'B') row += count;
    else if (letter === 'C') column += count;
    else if (letter === 'D') column = Math.max(0, column - count);
    else if (letter === 'E') [row, column] = [row + count, 0];
    else if (letter === 'F') [row, column] = [Math.max(0, row - count), 0];
    else if (letter === 'G') column = count - 1;
    else if (letter === 'K') lines[row] = first === 2 ? [] : first === 1 ? line() : line().slice(0, column);
    else if (letter === 'J' && first === 0) {
      lines[row] = line().slice(0, column);
      lines.length = row + 1;
    } else if (letter === 'm') style = styled(style, parameters);
  };
  for (const [, sequence, letter, other] of written.matchAll(/\u001b\[([\d;?]*)([A-Za-z])|\u001b[^[]|([\s\S])/gu)) {
    if (letter !== undefined) control(sequence ?? '', letter);
    else if (other === '\n') [row, column] = [row + 1, 0];
    else if (other === '\r') column = 0;
    else if (other !== undefined && other >= ' ') put(other);
  }
  return lines;
}

function styled(before: Style, parameters: string): Style {
  let style = before;
  for (const code of (parameters || '0').split(';').map(Number)) {
    if (code === 0) style = {};
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 22) style = withoutWeight(style);
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) style = { ...style, colour: code };
    else if (code === 39) style = withoutColour(style);
  }
  return style;
}

const withoutColour = ({ colour: _, ...style }: Style): Style => style;
const withoutWeight = ({ bold: _, dim: __, ...style }: Style): Style => style;
