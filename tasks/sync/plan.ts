import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { statePath } from '../core/state';
import { some } from '../core/text';
import { shownChange } from './change';
import type { Direction, Folder } from './folders';
import type { Remote } from './remote';
import type { Filters } from './rsync-args';
import type { Difference, Session } from './session';
import type { FileStates, Transport } from './transport';

/** What a plan says about a run: nothing of it can be said again on the command line. */
export interface PlannedOptions {
  folders: Folder[];
  filters: Pick<Filters, 'include' | 'exclude'>;
  deletes: boolean;
  maxDelete: number | null;
  verify: boolean;
}

/** `.just-lora/plans/NAME.json`. */
export interface PlanFile extends PlannedOptions {
  version: 1;
  task: string;
  made: string;
  remote: Remote;
  /** What would be done, file by file. */
  files: { name: string; action: string; bytes: number }[];
  /** Every file of the synced folders on either side, with what tells that it has changed. */
  states: Record<'here' | 'there', Record<string, Record<string, string>>>;
}

/**
 * Reads a plan that `--plan` wrote.
 * @throws UserError E_PLAN_FILE, exit code 2: no plan, one of another task, or of a remote that was set anew since
 */
export function readPlan({ host, root }: Context, file: string, direction: Direction): PlanFile {
  const wrong = (found: string) =>
    new UserError({ code: 'E_PLAN_FILE', found, fix: `\`npx just sync:${direction} --plan\` writes one and ends with its name` }, 2);
  let plan: PlanFile;
  try {
    const text = host.files.readText(path.resolve(root, file));
    if (text === undefined) throw wrong(`there is no plan at \`${file}\``);
    plan = JSON.parse(text) as PlanFile;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw wrong(`\`${file}\` is no plan that can be read`);
  }
  if (
    plan?.version !== 1 ||
    !Array.isArray(plan.files) ||
    !Array.isArray(plan.folders) ||
    !plan.states?.here ||
    !plan.states.there ||
    !plan.remote
  )
    throw wrong(`\`${file}\` is no plan`);
  if (plan.task !== `sync:${direction}`) throw wrong(`\`${file}\` is a plan of \`${plan.task}\``);
  return plan;
}

/** Writes the plan, and nothing else. @returns its path, relative to the project */
export async function writePlan(session: Session): Promise<string> {
  const { context, direction, remote } = session;
  const { host, root } = context;
  const difference = await session.difference();
  const made = host.now().toISOString();
  const plan: PlanFile = {
    version: 1,
    task: `sync:${direction}`,
    made,
    remote,
    folders: [...session.folders],
    filters: session.filters,
    deletes: session.deletes,
    maxDelete: session.maxDelete ?? null,
    verify: session.verify,
    files: filesOf(difference),
    states: await statesOf(session),
  };
  const name = `${direction}-${remote.name}-${made.replace(/[:.-]/g, '')}.json`;
  const file = statePath(root, 'plans', name);
  host.files.writeText(file, `${JSON.stringify(plan, null, 1)}\n`);
  return path.relative(root, file);
}

const filesOf = ({ changes }: Difference) =>
  changes.map((change) => ({ name: shownChange(change), action: change.action, bytes: change.bytes }));

async function statesOf(session: Session): Promise<PlanFile['states']> {
  const transport: Transport = await session.transport();
  const all = async (side: 'here' | 'there') =>
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
export async function holdToPlan(session: Session, plan: PlanFile): Promise<void> {
  const now = await statesOf(session);
  const moved: string[] = [];
  for (const side of ['here', 'there'] as const)
    for (const { name: folder } of session.folders) {
      const [before, after] = [plan.states[side][folder] ?? {}, now[side][folder] ?? {}];
      for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
        if (before[name] === after[name]) continue;
        const what = before[name] === undefined ? 'came' : after[name] === undefined ? 'is gone' : 'changed';
        moved.push(`\`${folder}/${name}\` ${what} ${side}`);
      }
    }
  if (moved.length > 0) throw stale(session.direction, some(moved));
  const [planned, found] = [plan.files, filesOf(await session.difference())].map((files) =>
    files
      .map(({ name, action }) => `${action} ${name}`)
      .sort()
      .join('\n'),
  );
  if (planned !== found) throw stale(session.direction, 'what would be done is another thing than what it says');
}

const stale = (direction: Direction, what: string): UserError =>
  new UserError({
    code: 'E_PLAN_STALE',
    found: `the plan does not hold any more: ${what}`,
    needed: 'both sides as they were when the plan was made',
    fix: `\`npx just sync:${direction} --plan\` makes a new one`,
  });
