import { UserError } from '../../../common/errors';
import { sha256 } from '../../../common/hash';
import { shownName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import { answerOf, heard, longAnswer, wrongAnswer } from '../../../sync/answers/answer';
import { similarNames } from '../../../sync/guards/colliding-names';
import { asPushed } from '../../../sync/guards/pushed-files';
import { remoteFault } from '../../../sync/posix/faults';
import { filesThere } from '../../../sync/posix/files';
import { type RelativeName, relativeFault } from '../../../untrusted/names';
import type { Machine } from '../../machine';
import type { Bringing } from '../bringing';
import type { MachineLook } from '../look/machine-answer';
import { noRoom } from '../look/refusals';
import { type Clone, cloneOf } from './clone';
import { type ProjectThere, parseComparison } from './compare-answer';
import { type Decision, decide } from './decide';
import type { ProjectHere } from './files-here';
import { withFolders } from './parents';
import { projectBusy } from './project-busy';
import { compareScript, insideScript } from './project-scripts';
import { type Sent, sentText } from './sent';

/** Both sides of a project. */
export interface Comparison extends Decision {
  here: ProjectHere;
  there: ProjectThere;
  /** The list of what was sent is not what it would be. */
  isUnrecorded: boolean;
  /** What it would be, and the SHA-256 of its text. */
  last: Sent;
  lastHash: string;
  clone: Clone | undefined;
}

/**
 * Compares by contents what a look has found: another round trip only where files are gone here.
 * @throws UserError E_NAME, E_NAMES_COLLIDE, E_REMOTE_ANSWER, E_REMOTE_FULL, E_PROJECT_BUSY, and by the fault of the way
 */
export async function compareProjects(context: Context, bringing: Bringing): Promise<Comparison> {
  const { machine } = bringing;
  const { remote } = machine;
  const { look, here, first } = await steady(context, bringing);
  const there = await withGone(machine, first, here);
  const inside = await insideOf(
    machine,
    [...here.files.keys()].filter((name) => there.files.get(name)?.content === 'folder'),
  );
  const held = [...inside.values()].flat().filter((name) => !name.endsWith('/')) as RelativeName[];
  const files = await withStates(machine, there.files, held);
  const clone = look.isClone ? await cloneOf(context, here.commit, there.commit) : undefined;
  const decision = await decide(here.files, { files, sent: there.sent, inside }, async (name) => clone?.contentOf(name));
  // What `sync:push` brought since then is no person's doing.
  const pushed = await asPushed(context, remote, filesThere({ ...machine, path: look.path, ssh: machine.shell.ssh }), decision.changed);
  const changed = decision.changed.filter((name) => !pushed.has(name));
  // What lies there as it is here came to its place.
  if (decision.send.length > 0) await refuseCollisions(machine, look, [...here.files.keys()]);
  const full = noRoom(
    remote.name,
    look.project,
    decision.send.reduce((sum, { size }) => sum + size, 0),
  );
  if (full) throw full;
  const all = [...here.files.values()];
  const last: Sent = {
    files: new Map(all.map(({ name, content }) => [name, [content]])),
    programs: new Set(all.flatMap(({ name, isExecutable }) => (isExecutable ? [name] : []))),
  };
  const lastHash = sha256(sentText(last));
  return { ...decision, changed, here, there: { ...there, files }, clone, last, lastHash, isUnrecorded: lastHash !== there.sentHash };
}

/** How often others may place their files while a machine tells of its files. */
const tries = 4;

/** What lies there at one moment: told while another laptop placed its files, it is neither what was sent nor what a person changed. */
async function steady(context: Context, bringing: Bringing) {
  for (let at = 0; at < tries; at++) {
    const looked = await bringing.looked(context);
    const here = await looked.here;
    const first = answered(bringing.machine, looked.project, withFolders(here.files.keys()));
    if (first.isSteady) return { look: looked.look, here, first };
    bringing.forget();
  }
  throw projectBusy(bringing.machine);
}

/** @throws UserError E_REMOTE_ANSWER for half an answer, and for one about something else */
function answered({ remote }: Machine, text: string, asked: ReadonlySet<RelativeName>): ProjectThere {
  const there = heard(remote, () => parseComparison(text, asked));
  if (!there) throw wrongAnswer(remote, 'does not come to the end of its answer');
  return there;
}

/** With what lies there of the files that were sent once, and are gone here. */
async function withGone(machine: Machine, there: ProjectThere, here: ProjectHere): Promise<ProjectThere> {
  const gone = [...there.sent.files.keys()].filter((name) => !here.files.has(name));
  return { ...there, files: await withStates(machine, there.files, gone) };
}

/** With what stands at further names there, and at their folders. A name that sha256sum escapes stays unknown. */
async function withStates(machine: Machine, known: ProjectThere['files'], names: readonly RelativeName[]): Promise<ProjectThere['files']> {
  const wanted = [...withFolders(names.filter((name) => !/[\n\\]/.test(name) && !relativeFault(name, 'latin1')))].filter(
    (name) => !known.has(name),
  );
  if (wanted.length === 0) return known;
  return new Map([...known, ...answered(machine, await toldOf(machine, compareScript, wanted), new Set(wanted)).files]);
}

/** What is in folders there, which stand at the names of files. */
async function insideOf(machine: Machine, folders: readonly RelativeName[]): Promise<ReadonlyMap<RelativeName, readonly string[]>> {
  if (folders.length === 0) return new Map();
  const all = (await toldOf(machine, insideScript, folders)).split('\0').map((name) => name.replace(/^\.\//, ''));
  const namesIn = (folder: string) => all.filter((name) => name.startsWith(`${folder}/`) && name !== `${folder}/`);
  return new Map(folders.map((folder) => [folder, namesIn(folder)]));
}

async function toldOf({ remote, shell }: Machine, script: string, names: readonly RelativeName[]): Promise<string> {
  const answer = await shell.run(script, [remote.path], { rest: names.map((name) => `${name}\0`).join(''), limits: longAnswer });
  return answerOf(remote, answer, ({ exitCode, tail }) => remoteFault({ remote, ssh: shell.ssh }, exitCode, tail));
}

/** @throws UserError E_NAMES_COLLIDE where two names that travel are one file there */
async function refuseCollisions({ remote, shell }: Machine, { path }: MachineLook, names: readonly RelativeName[]): Promise<void> {
  const pairs = similarNames(names);
  if (pairs.length === 0) return;
  const [fallen] = await filesThere({ remote, shell, path, ssh: shell.ssh }).fallTogether('.', pairs, 'look');
  if (!fallen) return;
  throw new UserError({
    code: 'E_NAMES_COLLIDE',
    found: `\`${shownName(fallen[0])}\` and \`${shownName(fallen[1])}\` are one name on \`${remote.name}\`: that filesystem does not tell cases or Unicode forms apart`,
    needed: 'a name of its own for each file',
    fix: 'rename one of the two',
  });
}
