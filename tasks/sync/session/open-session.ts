import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { oneLine } from '../../untrusted/text';
import type { Direction } from '../compare/folders';
import { presenceOf } from '../compare/sides';
import { worthAList } from '../compare/worth-a-list';
import { assertNotHome } from '../guards/deletions';
import { optionsFromPlan, syncOptions } from '../options';
import { chosenRemote } from '../remotes/chosen-remote';
import type { Remote } from '../remotes/remote';
import { kindNamed, type RemoteState } from '../remotes/remote-type';
import { plannedForm } from './plan';
import { type PlanFile, readPlan } from './plan-file';
import type { Session } from './session';
import type { Transport } from './transport';

/** @throws UserError exit code 2 where the options, the plan or the remote's settings are wrong */
export function openSession(context: Context, direction: Direction): Session {
  const file = context.option('plan');
  const plan = file ? readPlan(context, file, direction) : undefined;
  const asked = plan ? optionsFromPlan(context, plan) : syncOptions(context, direction);
  const remote = plan ? plannedRemote(context, plan, direction) : chosenRemote(context);
  if (asked.deletes) assertNotHome(remote);
  let there: Promise<RemoteState> | undefined;
  let transport: Promise<Transport> | undefined;
  const session: Session = {
    context,
    direction,
    remote,
    ...asked,
    plan,
    sent: undefined,
    ahead: undefined,
    there() {
      const { folders, filters, deletes } = asked;
      there ??= kindNamed(remote.type).lookAt(
        context,
        remote,
        folders.map(({ name }) => name),
        direction,
        worthAList(context, direction, folders, filters, deletes),
      );
      return there;
    },
    transport() {
      transport ??= session.there().then((found) => found.transport(direction, asked.filters));
      return transport;
    },
    forget() {
      there = undefined;
      transport = undefined;
      session.ahead = undefined;
    },
    async arrived() {
      const found = await session.there();
      session.forget();
      if (!found.arrived) return;
      if (direction === 'push')
        found.arrived(new Map(asked.folders.map(({ name }) => [name, presenceOf(context, path.join(context.root, name))])));
      there = Promise.resolve(found);
    },
  };
  return session;
}

/** The remote of a plan, where it is set as it was then. @throws UserError E_PLAN_STALE, exit code 2 */
function plannedRemote(context: Context, { remote: planned }: PlanFile, direction: Direction): Remote {
  const option: Context['option'] = (name) => context.option(name) ?? (name === 'remote' ? planned.name : undefined);
  const remote = chosenRemote({ ...context, option });
  if (JSON.stringify(plannedForm(planned)) === JSON.stringify(plannedForm(remote))) return remote;
  throw new UserError(
    {
      code: 'E_PLAN_STALE',
      found: `the plan is for \`${oneLine(planned.name, 60)}\` as it was set then, and it is not set so now`,
      fix: `\`npx just sync:${direction} --plan\` makes a new one`,
    },
    2,
  );
}
