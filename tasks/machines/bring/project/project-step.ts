import { bytes, plural, some } from '../../../common/format';
import { shownName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { Finding, Progress, Step } from '../../../engine/step';
import { appHere } from '../app/app-here';
import type { Bringing } from '../bringing';
import type { MachineLook } from '../look/machine-answer';
import { type Comparison, compareProjects } from './compare';
import { placeProject } from './place';
import { projectBusy } from './project-busy';

interface Seen {
  look: MachineLook;
  comparison: Comparison;
}

/** The project there is the one here, and what just-lora needs to run lies there. */
export function projectStep(bringing: Bringing): Step<Seen> {
  const { machine } = bringing;
  const { name } = machine.remote;
  return {
    name: 'project',
    title: `Bring the project to ${name}`,
    async check(context, _depth, _tell, before) {
      const [look, comparison] = [await bringing.look(context), await compareProjects(context, bringing)];
      const finding = findingOf(name, look, comparison, context.forced('project'));
      // What was brought a moment ago is no longer what lies there, or others were at work there until now.
      const isLeft = before !== undefined && finding.state === 'todo' && differs(comparison);
      if (bringing.placed !== comparison.there.sentHash && (bringing.placed !== undefined || isLeft)) throw projectBusy(machine);
      return { ...finding, seen: { look, comparison } };
    },
    async plan(context, seen) {
      if (!seen) return [];
      const { look, comparison } = seen;
      const app = context.resources.get(context, appHere);
      const own =
        look.hasApp && !context.forced('project')
          ? []
          : [
              {
                title: `send just-lora itself with what it needs to run (${bytes(app.bytes())})`,
                run: (now: Context, tell: (progress: Progress) => void) => bringing.sendApp(now, tell),
              },
            ];
      const { changed, isUnrecorded, there } = comparison;
      if (there.isBusy || (!differs(comparison) && !isUnrecorded)) return own;
      return [
        ...own,
        {
          title: [
            workText(comparison),
            ...(changed.length > 0 ? [`keep ${plural(changed.length, 'file')} aside in .just-lora/kept there`] : []),
          ].join(', '),
          run: (now, tell) => placeInTurn(now, bringing, comparison, tell).finally(() => bringing.forget()),
        },
      ];
    },
  };
}

/** Is there a file to send, or to take away? */
const differs = ({ send, remove }: Comparison): boolean => send.length + remove.length > 0;

/** How often another laptop may be faster. */
const tries = 4;

/**
 * Where another laptop brings its project at the same moment, or a person changes there what is replaced, what lies there afterwards
 * decides anew.
 * @throws UserError E_PROJECT_BUSY
 */
async function placeInTurn(context: Context, bringing: Bringing, first: Comparison, tell: (progress: Progress) => void): Promise<void> {
  let comparison = first;
  for (let at = 0; at < tries; at++) {
    if (await placeProject(context, bringing.machine, comparison, tell)) {
      bringing.placed = comparison.lastHash;
      return;
    }
    tell({ text: 'what lies there was changed meanwhile: look at it again' });
    bringing.forget();
    comparison = await compareProjects(context, bringing);
    const { changed, inTheWay, isUnrecorded, there } = comparison;
    const isRefused = inTheWay.length > 0 || (changed.length > 0 && !context.forced('project'));
    // The look that comes behind tells what this means.
    if (there.isBusy || isRefused || (!differs(comparison) && !isUnrecorded)) return;
  }
  throw projectBusy(bringing.machine);
}

/** What would be done, as an imperative sentence. */
function workText({ send, remove, here }: Comparison): string {
  const size = send.reduce((sum, { size: each }) => sum + each, 0);
  const parts = [
    ...(send.length > 0 ? [`send ${plural(send.length, 'file')} of ${here.files.size} (${bytes(size)})`] : []),
    ...(remove.length > 0 ? [`remove ${plural(remove.length, 'file')} that ${remove.length === 1 ? 'is' : 'are'} gone here`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : 'note what is the same there';
}

function findingOf(name: string, look: MachineLook, comparison: Comparison, isForced: boolean): Finding {
  const { send, remove, changed, inTheWay, here, there, isUnrecorded, clone } = comparison;
  const cloneText = clone ? `; the clone there is ${clone.text}` : '';
  const warning = here.notes.length > 0 ? { warning: here.notes.join('; ') } : {};
  const data = {
    data: {
      files: here.files.size,
      send: send.map((file) => shownName(file.name)),
      remove: remove.map(shownName),
      changed: changed.map(shownName),
      ...(clone ? { clone: clone.text } : {}),
    },
  };
  // What is at work there reads its files: they stay as they are until it has ended, and whoever asks for it may follow it.
  if (there.isBusy && differs(comparison))
    return {
      state: look.hasApp ? 'done' : 'todo',
      found: `a run is at work there, with the files that it began with${look.hasApp ? '' : '; just-lora itself is not whole there'}${cloneText}`,
      warning: `${plural(send.length + remove.length, 'file')} of ${here.files.size} differ, and travel once it has ended`,
      ...data,
    };
  if (inTheWay.length > 0)
    return {
      state: 'blocked',
      code: 'E_REMOTE_PATH',
      found: `on \`${name}\` a folder, a link, or what is of another kind than here, stands at ${some(inTheWay.map((each) => `\`${shownName(each)}\``))}`,
      needed: 'a file, or nothing, at the name of each file of the project, in folders that are no links',
      fix: 'move aside there what is named, then run the same command again',
      ...data,
    };
  if (changed.length > 0 && !isForced)
    return {
      state: 'blocked',
      code: 'E_MACHINE_CHANGES',
      found: `${plural(changed.length, 'file')} of the project ${changed.length === 1 ? 'was' : 'were'} changed on \`${name}\`: ${some(changed.map((each) => `\`${shownName(each)}\``))}${cloneText}`,
      needed: 'your word that what is here replaces that',
      fix: `\`--force=project\` does, and keeps a copy of each in \`${look.path}/.just-lora/kept\` there\nor bring here what is to stay, then run the same command again`,
      ...(changed.length > 4 ? { table: [['changed there'], ...changed.map((each) => [shownName(each)])] } : {}),
      ...data,
    };
  if (!differs(comparison) && !isUnrecorded && look.hasApp)
    return {
      state: 'done',
      found: `${plural(here.files.size, 'file')} are the same there, and just-lora with them${cloneText}`,
      ...warning,
      ...data,
    };
  const notes = here.notes.length > 0 ? `; ${here.notes.join('; ')}` : '';
  const what = differs(comparison)
    ? `${plural(send.length + remove.length, 'file')} of ${here.files.size} differ`
    : isUnrecorded
      ? 'what lies there is not noted yet'
      : '';
  const found = [what, look.hasApp ? '' : 'just-lora itself is not there, or not whole'].filter(Boolean).join('; ');
  return { state: 'todo', found: `${found}${cloneText}${notes}`, ...data };
}
