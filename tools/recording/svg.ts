import type { Cell } from './terminal';

const [width, height, margin, bar] = [8.4, 19, 18, 30];
const [ground, plain, faint] = ['#16191d', '#d8dee6', '#8b95a1'];
const colours: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  90: faint,
};

/** A terminal as a picture: text that can be selected and searched, in the reader's own fixed font. */
export function svgOf(lines: readonly (readonly Cell[])[], columns: number, title: string): string {
  const [across, down] = [Math.ceil(columns * width) + 2 * margin, lines.length * height + 2 * margin + bar];
  const rows = lines.map((cells, row) => {
    const runs = runsOf(cells).map(({ at, text, style }) => `<tspan x="${round(margin + at * width)}"${style}>${escaped(text)}</tspan>`);
    return `<text y="${bar + margin + row * height + 12}">${runs.join('')}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${across} ${down}" width="${across}" height="${down}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${across}" height="${down}" rx="8" fill="${ground}"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map((colour, at) => `<circle cx="${margin + 4 + at * 18}" cy="18" r="5.5" fill="${colour}"/>`),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${plain}" xml:space="preserve">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** The lines that a picture shows. */
export const linesOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, row = '']) =>
    row
      .replace(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  );

function runsOf(cells: readonly Cell[]): { at: number; text: string; style: string }[] {
  const runs: { at: number; text: string; style: string }[] = [];
  for (const [at, cell] of cells.entries()) {
    const style = styleOf(cell);
    const last = runs.at(-1);
    if (last && last.style === style) last.text += cell.text;
    else runs.push({ at, text: cell.text, style });
  }
  return runs;
}

function styleOf({ colour, bold, dim }: Cell): string {
  const fill = colour === undefined ? (dim ? faint : undefined) : colours[colour > 90 ? colour - 60 : colour];
  return `${fill ? ` fill="${fill}"` : ''}${bold ? ' font-weight="bold"' : ''}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
