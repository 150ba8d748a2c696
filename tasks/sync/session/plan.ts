import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import { outgoingValue } from '../../common/outgoing';
import { statePath } from '../../engine/state';
import { oneLine } from '../../untrusted/text';
import { shownChange } from '../compare/change';
import type { Direction } from '../compare/folders';
import type { Remote } from '../remotes/remote';
import type { PlanFile } from './plan-file';
import type { Session, SessionDifference } from './session';
import type { FileStates, Side } from './transport';

/** Writes the plan of what a look saw, and nothing else. @returns its path, relative to the project */
export async function writePlan(session: Session, difference: SessionDifference): Promise<string> {
  const { context, direction, remote } = session;
  const { host, root } = context;
  const made = host.now().toISOString();
  const plan: PlanFile = {
    version: 1,
    task: `sync:${direction}`,
    made,
    remote: plannedForm(remote),
    folders: session.folders,
    filters: session.filters,
    deletes: session.deletes,
    maxDelete: session.maxDelete,
    verify: session.verify,
    files: filesOf(difference),
    states: await statesOf(session),
  };
  const name = `${direction}-${remote.name}-${made.replace(/[:.-]/g, '')}.json`;
  const file = statePath(root, 'plans', name);
  host.files.writeText(file, `${JSON.stringify(plan, null, 1)}\n`);
  return path.relative(root, file);
}

/** A remote as a plan names it: without what is secret in its path. */
export const plannedForm = (remote: Remote): Remote => outgoingValue(remote) as Remote;

const filesOf = ({ changes }: SessionDifference) =>
  changes.map((change) => ({ name: shownChange(change), action: change.action, bytes: change.bytes }));

async function statesOf(session: Session): Promise<PlanFile['states']> {
  const transport = await session.transport();
  const all = async (side: Side) =>
    Object.fromEntries(
      await Promise.all(
        session.folders.map(async (folder): Promise<[string, FileStates]> => [folder.name, await transport.states(folder, side)]),
      ),
    );
  const [here, there] = await Promise.all([all('here'), all('there')]);
  return { here, there };
}

/**
 * Nothing has moved since the plan was made, and what would be done is what it says.
 * @throws UserError E_PLAN_STALE with the files that changed, came or went
 */
export async function holdToPlan(session: Session, plan: PlanFile, difference: SessionDifference): Promise<void> {
  const moved = movedSince(plan.states, await statesOf(session));
  if (moved.length > 0) throw stale(session.direction, some(moved));
  const [planned, found] = [plan.files, filesOf(difference)].map((files) =>
    files
      .map(({ name, action }) => `${action} ${name}`)
      .sort()
      .join('\n'),
  );
  if (planned !== found) throw stale(session.direction, 'what would be done is another thing than what it says');
}

/** As a map: a file may be called `constructor`. */
const statesOfFolder = (states: Record<string, FileStates>, folder: string): ReadonlyMap<string, string> =>
  new Map(Object.hasOwn(states, folder) ? Object.entries(states[folder] ?? {}) : []);

/** Which files changed, came or went, each with where. */
function movedSince(then: PlanFile['states'], now: PlanFile['states']): string[] {
  const moved: string[] = [];
  for (const side of ['here', 'there'] as const)
    for (const folder of Object.keys(now[side])) {
      const [before, after] = [statesOfFolder(then[side], folder), statesOfFolder(now[side], folder)];
      for (const name of new Set([...before.keys(), ...after.keys()])) {
        if (before.get(name) === after.get(name)) continue;
        const what = !before.has(name) ? 'came' : !after.has(name) ? 'is gone' : 'changed';
        moved.push(`\`${folder}/${oneLine(name)}\` ${what} ${side}`);
      }
    }
  return moved;
}

const stale = (direction: Direction, what: string): UserError =>
  new UserError({
    code: 'E_PLAN_STALE',
    found: `the plan does not hold any more: ${what}`,
    needed: 'both sides as they were when the plan was made',
    fix: `\`npx just sync:${direction} --plan\` makes a new one`,
  });
