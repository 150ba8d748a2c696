import type { ChildProcess } from 'node:child_process';
import type { Fault } from '../../common/errors';
import { duration } from '../../common/format';
import { appendTo } from '../../platform/files';
import { hopelessFault } from '../../slurm/hopeless';
import { jobFault, noSrun } from '../../slurm/job-faults';
import { waitText } from '../../slurm/queue';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { endedByOthers, exitCodeIn } from './job-end';
import { cancelJobs, type JobOrder, jobLine, linesOf, queued, srunHere, startInJob } from './srun';

/** Milliseconds between two questions to the queue: a controller has others to answer too. */
const [firstAskMs, longestAskMs] = [1000, 20_000];
/** Milliseconds that a task may take to leave nothing half done, once it is asked to stop. */
const stopMs = 15_000;
const cancelMs = 2000;

/**
 * Runs a task in a job of Slurm, on the login node in the task's place: hands its events on, tells how the job waits, what ended it
 * where that was not the task, and ends the job with itself. srun is what holds the job.
 */
class Job {
  readonly #append = appendTo(process.env['JUST_LORA_EVENTS'] ?? '/dev/null');
  #srun: ChildProcess | undefined;
  #said = '';
  readonly #began = Date.now();
  #hasBegun = false;
  /** Its number, once it has begun. */
  #id = '';
  readonly #ending: string[] = [];
  #stopped: NodeJS.Signals | undefined;
  #hopeless: Fault | undefined;

  constructor(readonly order: JobOrder) {}

  async run(srun: string): Promise<number> {
    const child = startInJob(srun, this.order);
    this.#srun = child;
    linesOf(child.stdout, (line) => this.#line(line));
    linesOf(child.stderr, (line) => {
      this.#said = `${this.#said}${line}\n`.slice(-20_000);
      process.stderr.write(`${line}\n`);
    });
    const ended = new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(127));
      child.once('close', (code) => resolve(code));
    });
    void this.#watch();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#stop(signal));
    const code = await ended;
    this.#srun = undefined;
    return this.#end(code);
  }

  /** What the task writes: its events, and what is no event. */
  #line(line: string): void {
    const [, id, node] = jobLine.exec(line) ?? [];
    if (id && !this.#hasBegun) {
      this.#hasBegun = true;
      this.#id = id;
      this.#note(`job ${id} runs on ${node}, after ${duration(Date.now() - this.#began)} in the queue`);
      return;
    }
    if (!line.startsWith('{"event":')) return void process.stdout.write(`${line}\n`);
    // How it ended is told once it is known who ended it.
    if (/^\{"event":"(?:document|error|exit)"/.test(line)) this.#ending.push(line);
    else this.#append(line);
  }

  /** Tells where the job stands, until the task has begun. */
  async #watch(): Promise<void> {
    let told = '';
    for (let ms = firstAskMs; this.#srun && !this.#hasBegun; ms = Math.min(longestAskMs, ms * 1.5)) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      const [job] = await queued(this.order.name);
      if (job?.state !== 'PENDING' || this.#hasBegun) continue;
      this.#hopeless = hopelessFault(job);
      // srun may have ended while the queue was asked.
      if (this.#hopeless) return void this.#srun?.kill('SIGTERM');
      const text = waitText(job);
      if (text !== told) this.#note(text);
      told = text;
    }
  }

  /** Ctrl-C: a task that runs is asked, and ends by itself; a job that waits, or does not end, is cancelled. */
  #stop(signal: NodeJS.Signals): void {
    const again = this.#stopped !== undefined;
    this.#stopped = signal;
    const cancel = (...options: string[]) => cancelJobs(this.order.name, ...options);
    const isAtWork = this.#hasBegun && !again;
    if (isAtWork) cancel('--signal=INT');
    else cancel();
    // A job that is just being made is not known yet.
    setTimeout(() => setInterval(() => this.#srun && cancel(), cancelMs), isAtWork ? stopMs : 0);
  }

  async #end(code: number | null): Promise<number> {
    const told = this.#ending.map(exitCodeIn).find((each) => each !== undefined);
    const bySlurm = this.#stopped ? undefined : await endedByOthers(this.#id, { told, code }, this.#said);
    if (told !== undefined && !bySlurm) {
      for (const line of this.#ending) this.#append(line);
      return told;
    }
    if (this.#stopped) {
      this.#append(JSON.stringify({ event: 'error', text: `interrupted by ${this.#stopped}: the job is cancelled` }));
      return this.#exit(this.#stopped === 'SIGINT' ? 130 : 143);
    }
    return this.fail(this.#hopeless ?? bySlurm ?? jobFault(this.#said, code));
  }

  /** Tells a fault that is not the task's, in the task's own report where it has told one. */
  fail(fault: Fault): number {
    const document = this.#ending.map((line) => fieldsOf(fieldsOf(tryParse(line))?.['document'])).find(Boolean);
    if (document) this.#append(JSON.stringify({ event: 'document', document: { ...document, outcome: 'failed', error: fault } }));
    this.#append(JSON.stringify({ event: 'error', fault }));
    return this.#exit(1);
  }

  #exit(code: number): number {
    this.#append(JSON.stringify({ event: 'exit', code }));
    return code;
  }

  #note(text: string): void {
    this.#append(JSON.stringify({ event: 'note', text }));
  }
}

async function main(order: JobOrder): Promise<void> {
  const job = new Job(order);
  const srun = await srunHere();
  process.exitCode = srun ? await job.run(srun) : job.fail(noSrun);
  process.exit();
}

void main(JSON.parse(process.argv[2] ?? '') as JobOrder);
