import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { nodeProgramBytes, nodeVersion } from '../../knowledge/node-builds';
import { longAnswer } from '../../sync/answers/answer';
import { readLook } from '../../sync/posix/read-look';
import type { Machine } from '../machine';
import { appHere } from './app/app-here';
import { placeApp } from './app/place-app';
import { type MachineLook, parseMachine } from './look/machine-answer';
import { refuseOwnFolder } from './look/own-folder';
import { refuseMachine } from './look/refusals';
import { type ProjectHere, projectHere } from './project/files-here';
import { withFolders } from './project/parents';
import { lookScript, projectMark } from './project/project-scripts';

/** An app takes some megabytes: what it may take there, unpacked beside what is on its way. */
const appBytes = 20_000_000;

/** What a machine answered, and what it was asked about. */
interface Looked {
  look: MachineLook;
  /** Rejected where the project here cannot travel: that is for the step of the project to tell. */
  here: Promise<ProjectHere>;
  /** What it says of the project, one character a byte. */
  project: string;
}

/** What the steps of one machine share: one look, made anew behind whatever acted. */
export class Bringing {
  #looked: Promise<Looked> | undefined;
  #app: Promise<void> | undefined;
  /** SHA-256 of the list of what this run has brought of the project. */
  placed: string | undefined;

  constructor(readonly machine: Machine) {}

  /**
   * What the machine is, and what lies there of the project: one round trip.
   * @throws UserError by the fault of the way, and for a machine that is none to run on
   */
  looked(context: Context): Promise<Looked> {
    this.#looked ??= lookAt(context, this.machine);
    return this.#looked;
  }

  /** What the machine is. @throws UserError as {@link looked} */
  async look(context: Context): Promise<MachineLook> {
    return (await this.looked(context)).look;
  }

  /**
   * Sends just-lora itself, or waits for that where it is on its way: it has room beside Node, which is unpacked for as long as it
   * travels.
   * @throws UserError as {@link placeApp}; then the next call tries it again
   */
  sendApp(context: Context, tell: (progress: Progress) => void): Promise<void> {
    this.#app ??= placeApp(context, this.machine, tell).then(
      () => this.forget(),
      (error: unknown) => {
        this.#app = undefined;
        throw error;
      },
    );
    return this.#app;
  }

  /** It is not as it was. */
  forget(): void {
    this.#looked = undefined;
  }
}

/** Milliseconds for the look alone, for each file that is asked about, and for each byte of one: a slow disk reads 10 MB/s. */
const [lookMs, fileMs, byteMs] = [60_000, 10, 1e-4];

async function lookAt(context: Context, { remote, shell }: Machine): Promise<Looked> {
  // It connects, and the machine tells about itself, while the files here are looked at: first of all the call is to begin.
  const begun = new Promise((resolve) => setImmediate(resolve));
  const here = begun.then(() => projectHere(context, remote.name));
  const files = here.then(
    (project) => [...project.files.values()],
    () => [],
  );
  const rest = files.then((all) =>
    [`${context.resources.get(context, appHere).hash}\n`, ...[...withFolders(all.map(({ name }) => name))].map((name) => `${name}\0`)].join(
      '',
    ),
  );
  const answer = await shell.run(lookScript, [remote.path, nodeVersion], {
    rest,
    limits: { ...longAnswer, timeoutMs: files.then((all) => lookMs + all.reduce((sum, { size }) => sum + fileMs + size * byteMs, 0)) },
  });
  // Where it could not be said what to ask, that is what failed.
  await rest;
  const looked = await readLook(context, remote, shell.ssh, answer, (text) => {
    const mark = text.indexOf(`\n${projectMark}\n`);
    const look = parseMachine(mark < 0 ? text : text.slice(0, mark));
    return look && { look, project: mark < 0 ? '' : text.slice(mark), noisy: look.noisy };
  });
  const { look, project } = looked;
  refuseMachine(remote, look, (look.node ? 0 : nodeProgramBytes) + (look.hasApp ? 0 : appBytes));
  refuseOwnFolder(context, remote, look);
  return { look, here, project };
}
