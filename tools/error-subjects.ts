import * as fs from 'node:fs';
import * as path from 'node:path';

const tasks = path.join(__dirname, '..', 'tasks');

/** The subjects of docs/ERRORS.md in the order of the page, each with the rooms of `tasks/` whose codes are about it. */
const subjects: Readonly<Record<string, readonly string[]>> = {
  'Settings, options and runs': [],
  'Python, conda and packages': ['environments', 'checks', 'audit'],
  'Versions of libraries that do not go together': ['knowledge'],
  'GPU and driver': ['gpu'],
  'Fetching models from the Hub': ['hub'],
  'Models and adapters on disk': ['checkpoints'],
  'Training and its data': ['data', 'training'],
  'Remotes and moving data': ['sync'],
  'Tasks on other machines (`--on`)': ['machines', 'slurm'],
};
const [general = ''] = Object.keys(subjects);
/** A code of two subjects stands under the first of these. */
const precedence = ['GPU and driver', 'Models and adapters on disk'];

/** Where each code stands in the code: the rooms, by their folder below `tasks/`. */
export function roomsOfCodes(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const file of fs.readdirSync(tasks, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|py)$/.test(name))) {
    const [room = ''] = file.includes(path.sep) ? file.split(path.sep) : ['.'];
    for (const [, code = ''] of fs.readFileSync(path.join(tasks, file), 'utf8').matchAll(/['"`](E_[A-Z0-9_]+)['"`]/g))
      rooms.set(code, (rooms.get(code) ?? new Set()).add(room));
  }
  return rooms;
}

/** Codes by subject, as the code uses them; what several subjects share, or settings refuse, is general. */
export function codesBySubject(codes: readonly string[]): [subject: string, codes: string[]][] {
  const rooms = roomsOfCodes();
  const subjectOf = (code: string): string => {
    const own = rooms.get(code) ?? new Set();
    const about = Object.keys(subjects).filter((subject) => subjects[subject]?.some((room) => own.has(room)));
    if (own.has('settings') || (own.has('common') && about.length > 1)) return general;
    return precedence.find((subject) => about.includes(subject)) ?? about[0] ?? general;
  };
  return Object.keys(subjects).map((subject) => [subject, codes.filter((code) => subjectOf(code) === subject)]);
}
