import { UserError } from '../../../common/errors';
import { sha256 } from '../../../common/hash';
import { shownName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import { answerOf, heard, longAnswer, wrongAnswer } from '../../../sync/answers/answer';
import { similarNames } from '../../../sync/guards/colliding-names';
import { asPushed } from '../../../sync/guards/pushed-files';
import { remoteFault } from '../../../sync/posix/faults';
import { filesThere } from '../../../sync/posix/files';
import type { RelativeName } from '../../../untrusted/names';
import type { Machine } from '../../machine';
import type { Bringing } from '../bringing';
import type { MachineLook } from '../look/machine-answer';
import { noRoom } from '../look/refusals';
import { type Clone, cloneOf } from './clone';
import { type ProjectThere, parseComparison } from './compare-answer';
import { type Decision, decide } from './decide';
import type { ProjectHere } from './files-here';
import { compareScript } from './project-scripts';
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
 * @throws UserError E_NAME, E_NAMES_COLLIDE, E_REMOTE_ANSWER, E_REMOTE_FULL, and by the fault of the way
 */
export async function compareProjects(context: Context, bringing: Bringing): Promise<Comparison> {
  const { machine } = bringing;
  const { remote } = machine;
  const looked = await bringing.looked(context);
  const [look, here] = [looked.look, await looked.here];
  const there = await withGone(machine, answered(machine, looked.project, here.files.keys()), here);
  const clone = look.isClone ? await cloneOf(context, here.commit, there.commit) : undefined;
  const decision = await decide(here.files, there.files, there.sent, async (name) => clone?.contentOf(name));
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
  const last = new Map([...here.files].map(([name, { content }]) => [name, [content]]));
  const lastHash = sha256(sentText(last));
  return { ...decision, changed, here, there, clone, last, lastHash, isUnrecorded: lastHash !== there.sentHash };
}

/** @throws UserError E_REMOTE_ANSWER for half an answer, and for one about something else */
function answered({ remote }: Machine, text: string, asked: Iterable<RelativeName>): ProjectThere {
  const there = heard(remote, () => parseComparison(text, new Set(asked)));
  if (!there) throw wrongAnswer(remote, 'does not come to the end of its answer');
  return there;
}

/** With what lies there of the files that were sent once, and are gone here. */
async function withGone(machine: Machine, there: ProjectThere, here: ProjectHere): Promise<ProjectThere> {
  const { remote, shell } = machine;
  const gone = [...there.sent.keys()].filter((name) => !here.files.has(name) && !/[\n\\]/.test(name));
  if (gone.length === 0) return there;
  const answer = await shell.run(compareScript, [remote.path], { rest: gone.map((name) => `${name}\0`).join(''), limits: longAnswer });
  const text = answerOf(remote, answer, ({ exitCode, tail }) => remoteFault({ remote, ssh: shell.ssh }, exitCode, tail));
  return { ...there, files: new Map([...there.files, ...answered(machine, text, gone).files]) };
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
