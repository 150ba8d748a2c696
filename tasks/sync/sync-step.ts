import { bytes, plural, some } from '../common/format';
import type { Look, Step } from '../engine/step';
import { bytesToSend, changedFiles, shownChange } from './compare/change';
import { compareAll } from './compare/difference';
import { manifestsMatch } from './compare/verify';
import { changedOnTheWay, doneFinding, lostFinding, todoFinding } from './findings';
import { refuseUnseen } from './guards/overwrites';
import { isCutOff } from './guards/sending';
import { moveFiles } from './session/move';
import { holdToPlan } from './session/plan';
import { isReached, type Session, type SessionDifference } from './session/session';

/** What a look at both sides saw. */
export interface SyncSeen {
  session: Session;
  difference: SessionDifference;
}

/** Both sides hold the same, as far as it is configured to travel. */
export function syncStep(session: Session): Step<SyncSeen> {
  const { direction, remote, verify } = session;
  return {
    name: direction,
    title: direction === 'push' ? `Push to ${remote.name}` : `Pull from ${remote.name}`,
    async check() {
      // Why is told by the step before this one.
      if (!(await isReached(session))) return { state: 'unknown', found: `\`${remote.name}\` could not be checked` };
      return check(session);
    },
    async plan(_, seen) {
      if (!seen) return [];
      const { difference } = seen;
      const { changes } = difference;
      const [send, remove] = [changes.filter(({ action }) => action !== 'deleted'), changes.filter(({ action }) => action === 'deleted')];
      const { ways: waysOf } = await session.transport();
      const told = await Promise.all(difference.folders.map(({ folder, changes }) => waysOf?.(folder, changes) ?? []));
      const ways = new Set(told.flat());
      const verb = direction === 'push' ? 'send' : 'fetch';
      const titles = [
        ...(send.length > 0
          ? [`${verb} ${plural(changedFiles(send).length, 'file')} (${[bytes(bytesToSend(send)), ...ways].join('; ')})`]
          : []),
        ...(remove.length > 0
          ? [`delete ${some((changedFiles(remove).length > 0 ? changedFiles(remove) : remove).map(shownChange))}`]
          : []),
      ];
      return [
        {
          title: titles.join(', ') || (verify ? 'write the manifest' : 'clear what a broken push left'),
          run: (context, progress) => moveFiles(session, difference, context, progress),
        },
      ];
    },
  };
}

async function check(session: Session): Promise<Look<SyncSeen>> {
  const { direction, verify, sent } = session;
  const there = await session.there();
  const difference = await (session.ahead ?? compareAll(session));
  session.ahead = undefined;
  const seen = { session, difference };
  const { changes } = difference;
  if (session.plan && !sent) await holdToPlan(session, session.plan, difference);
  const vouched = !verify || changes.length > 0 || (await manifestsMatch(session));
  const cutOff = direction === 'push' && (there.locked || isCutOff(session)) && !sent;
  if (changes.length === 0 && vouched && !cutOff) return { ...doneFinding(session, difference), seen };
  if (sent) return changedOnTheWay(session, difference);
  const refused = await refuseUnseen(session, difference);
  if (refused) return lostFinding(session, difference, refused);
  return { ...todoFinding(session, difference, vouched), seen };
}
