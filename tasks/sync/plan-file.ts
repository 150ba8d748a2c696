import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import type { Asked } from './asked';
import type { Direction } from './folders';
import type { Remote } from './remote';
import type { FileStates, Side } from './transport';

/** `.just-lora/plans/NAME.json`. */
export interface PlanFile extends Asked {
  version: 1;
  task: string;
  made: string;
  remote: Remote;
  /** What would be done, file by file. */
  files: { name: string; action: string; bytes: number }[];
  /** Every file of the synced folders on either side, by folder, with what tells that it has changed. */
  states: Record<Side, Record<string, FileStates>>;
}

/**
 * Reads a plan that `--plan` wrote.
 * @throws UserError E_PLAN_FILE, exit code 2: no plan, or one of another task
 */
export function readPlan({ host, root }: Context, file: string, direction: Direction): PlanFile {
  const wrong = (found: string) =>
    new UserError({ code: 'E_PLAN_FILE', found, fix: `\`npx just sync:${direction} --plan\` writes one and ends with its name` }, 2);
  let plan: Partial<PlanFile> | null;
  try {
    const text = host.files.readText(path.resolve(root, file));
    if (text === undefined) throw wrong(`there is no plan at \`${file}\``);
    plan = JSON.parse(text) as Partial<PlanFile> | null;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw wrong(`\`${file}\` is no plan that can be read`);
  }
  if (!isPlan(plan)) throw wrong(`\`${file}\` is no plan`);
  if (plan.task !== `sync:${direction}`) throw wrong(`\`${file}\` is a plan of \`${plan.task}\``);
  return plan;
}

const isPlan = (plan: Partial<PlanFile> | null): plan is PlanFile =>
  plan?.version === 1 &&
  Array.isArray(plan.files) &&
  Array.isArray(plan.folders) &&
  Boolean(plan.states?.here && plan.states.there && plan.remote);
