import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Draws the layers of tasks/ into docs/ARCHITECTURE.md, from the imports that are there. `npm run layers:picture` */
const root = path.join(__dirname, '..');
const page = path.join(root, 'docs', 'ARCHITECTURE.md');
const [begin, end] = ['<!-- layers: npm run layers:picture -->\n', '<!-- end of layers -->'];

/** The part of dependency-cruiser's JSON that is read here. */
interface CruiseResult {
  modules: { source: string; dependencies: { resolved: string }[] }[];
}

/** For each folder those that it imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Which folder of tasks/ imports which others, lazily or for a type too. The files of tasks/ itself count as one. */
function importsOfFolders(): Graph {
  const program = path.join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const output = execFileSync(process.execPath, [program, '--config', 'tools/layers.js', '--output-type', 'json', 'tasks'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const { roomOf } = require('./rooms') as { roomOf(file: string): string | undefined };
  const folderOf = (file: string) => roomOf(file)?.replace(/^\.$/, 'tasks/*.ts');
  const graph = new Map<string, Set<string>>();
  for (const { source, dependencies } of (JSON.parse(output) as CruiseResult).modules) {
    const from = folderOf(source);
    if (!from) continue;
    const targets = graph.get(from) ?? new Set<string>();
    graph.set(from, targets);
    for (const { resolved } of dependencies) {
      const to = folderOf(resolved);
      if (to && to !== from) targets.add(to);
    }
  }
  return graph;
}

/** All folders that one reaches by its imports and theirs; itself too where it stands in a circle. */
function reachedFrom(graph: Graph, start: string): Set<string> {
  const reached = new Set<string>();
  const waiting = [...(graph.get(start) ?? [])];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    waiting.push(...(graph.get(name) ?? []));
  }
  return reached;
}

/**
 * Rows from top to bottom: each room stands one above the highest that it imports. Folders that reach each other are one room.
 * Behind the arrow are the rooms that it imports, without those that one of them reaches anyway.
 */
export function pictureOf(graph: Graph): string {
  const reached = new Map([...graph.keys()].map((name) => [name, reachedFrom(graph, name)]));
  const reaches = (from: string, to: string) => reached.get(from)?.has(to) === true;
  const roomOf = (name: string) =>
    [name, ...[...graph.keys()].filter((other) => other !== name && reaches(name, other) && reaches(other, name))].sort();
  const title = (name: string) => roomOf(name).join(' + ');
  const below = (name: string) => [...(reached.get(name) ?? [])].filter((other) => !reaches(other, name));
  const row = (name: string): number => 1 + Math.max(0, ...below(name).map(row));
  const arrows = (name: string) => {
    const direct = below(name).filter((other) => roomOf(name).some((member) => graph.get(member)?.has(other)));
    return [
      ...new Set(direct.filter((other) => !direct.some((between) => reaches(between, other) && !reaches(other, between))).map(title)),
    ].sort();
  };
  const rooms = [...graph.keys()]
    .filter((name) => roomOf(name)[0] === name)
    .map((name) => ({ title: title(name), row: row(name), arrows: arrows(name) }));
  rooms.sort((a, b) => b.row - a.row || (a.title < b.title ? -1 : 1));
  const width = Math.max(...rooms.map((room) => room.title.length));
  return rooms
    .map((room, index) => {
      const number = rooms[index - 1]?.row === room.row ? '' : String(room.row);
      return `${number.padStart(2)}  ${room.title.padEnd(width)}  ${room.arrows.length > 0 ? `→ ${room.arrows.join(', ')}` : ''}`.trimEnd();
    })
    .join('\n');
}

/** The page with its picture made anew. */
export function pageWithPicture(text: string): string {
  const [before = '', rest = ''] = text.split(begin);
  return `${before}${begin}\n\`\`\`text\n${pictureOf(importsOfFolders())}\n\`\`\`\n\n${end}${rest.split(end)[1] ?? ''}`;
}

if (require.main === module) fs.writeFileSync(page, pageWithPicture(fs.readFileSync(page, 'utf8')));
