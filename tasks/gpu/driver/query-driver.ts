import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import { allOnPath, isProgram } from '../../environments/python/interpreter/which';
import { newestCuda } from '../../knowledge/cuda';
import type { Host } from '../../platform';
import { fieldsOf } from '../../untrusted/json';
import { type GpuMachine, machineFor, machineOf } from './machine';
import {
  type GpuHealth,
  type GpuProcess,
  gpuFields,
  gpuFieldsOfOldDrivers,
  healthFields,
  type MigDevice,
  parseCapabilities,
  parseCudaOfDriver,
  parseGpus,
  parseHealth,
  parseLostCards,
  parseMigDevices,
  parseNvcc,
  parseProcesses,
  processFields,
  type SmiGpu,
} from './nvidia-smi';
import { parseGpuTable } from './nvidia-smi-table';
import { type SmiFault, signalOf, smiFault } from './smi-fault';
import { parseXids, type Xid } from './xid';

/** A card, with all that `nvidia-smi` says of it. */
export interface Gpu extends SmiGpu {
  capability: string | undefined;
  health: GpuHealth | undefined;
  processes: GpuProcess[];
  migDevices: MigDevice[];
}

/** All that can be said without any Python. */
export interface DriverAnswers {
  machine: GpuMachine;
  /** The program that was asked, `undefined` where there is none. */
  program: string | undefined;
  fault: { kind: SmiFault; output: string; exitCode: number; signal: string | undefined } | undefined;
  gpus: Gpu[];
  /** The newest CUDA that the driver supports. */
  cudaOfDriver: string | undefined;
  /** CUDA of an installed toolkit: torch brings its own and needs none. */
  cudaOfToolkit: string | undefined;
  xids: Xid[];
  /** Cards that stopped answering while others did, as `nvidia-smi` says it. */
  lost: string[];
  /** `CUDA_VISIBLE_DEVICES`, where it is set. */
  visible: string | undefined;
  /** `CUDA_DEVICE_ORDER`, where it is set: how CUDA counts the cards. */
  order: string | undefined;
}

/** nvidia-smi can hang for ever on a broken card. */
export const smiLimitSeconds = 15;

/**
 * Asks the kernel, `nvidia-smi`, the toolkit and the kernel log, all at once: it takes as long as the slowest,
 * which is nvidia-smi.
 */
export async function queryDriver(context: Pick<Context, 'host' | 'root'>, machine = machineOf(context.host)): Promise<DriverAnswers> {
  const { host } = context;
  const visible = host.env.CUDA_VISIBLE_DEVICES;
  const order = host.env.CUDA_DEVICE_ORDER;
  const none = { machine, gpus: [], fault: undefined, cudaOfDriver: undefined, xids: [], lost: [], visible, order };
  const program = smiOf(host);
  if (!program) return { ...none, program, cudaOfToolkit: await toolkit(context) };
  const ask = (...args: string[]) => run(context, program, args);
  const query = (fields: readonly string[]) => ask(`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits');
  const [main, capabilities, health, processes, head, cudaOfToolkit, log] = await Promise.all([
    query(gpuFields).then((answer) => (/not a valid field/i.test(answer.output) ? query(gpuFieldsOfOldDrivers) : answer)),
    // Drivers before 510 refuse the whole query for this field.
    query(['compute_cap']),
    query(healthFields),
    ask(`--query-compute-apps=${processFields.join(',')}`, '--format=csv,noheader,nounits'),
    ask(),
    toolkit(context),
    kernelLog(context),
  ]);
  const listed = parseGpus(main.stdout);
  const rows = listed.length > 0 ? listed : parseGpuTable(head.stdout);
  const xids = parseXids(log);
  if (rows.length === 0) return { ...none, program, cudaOfToolkit, xids, fault: { ...main, kind: smiFault(main) } };
  const found = parseCapabilities(capabilities.stdout);
  const healths = parseHealth(health.stdout);
  const running = parseProcesses(processes.stdout);
  const mig = rows.some((row) => row.mig === 'enabled') ? parseMigDevices((await ask('-L')).stdout) : [];
  const partsOf = ({ index }: SmiGpu) => mig.filter(({ gpuIndex }) => gpuIndex === index);
  const gpus = rows.map((row, position) => ({
    ...row,
    capability: found.length === rows.length ? found[position] : undefined,
    health: healths.find(({ index }) => index === row.index),
    processes: running.filter(({ uuid }) => uuid === row.uuid || partsOf(row).some((part) => part.uuid === uuid)),
    migDevices: partsOf(row),
  }));
  const branch = gpus[0]?.driver?.split('.')[0] ?? '';
  const lost = parseLostCards(main.output, head.output);
  return { ...none, program, gpus, cudaOfToolkit, xids, lost, cudaOfDriver: parseCudaOfDriver(head.stdout) ?? newestCuda[branch] };
}

const answers: Resource<Promise<DriverAnswers>> = { make: (context) => queryDriver(context, machineFor(context)) };

/**
 * The answers that the steps of a run share.
 * @param fresh asked anew: the memory of a card is free and taken from one moment to the next
 */
export function driverAnswers(context: Context, { fresh = false } = {}): Promise<DriverAnswers> {
  if (fresh) context.resources.forget(answers);
  return context.resources.get(context, answers);
}

async function run({ host, root }: Pick<Context, 'host' | 'root'>, program: string, args: readonly string[]) {
  const { stdout, stderr, exitCode, timedOut, tail } = await host.processes.ask(program, args, {
    cwd: root,
    env: { LC_ALL: 'C' },
    timeoutMs: smiLimitSeconds * 1000,
  });
  return { stdout, exitCode, timedOut, signal: signalOf({ exitCode, tail }), output: `${stdout}\n${stderr}`.trim() };
}

/** On PATH, else where WSL puts it. */
function smiOf(host: Host): string | undefined {
  return (
    allOnPath(host, 'nvidia-smi')[0] ?? [path.join(host.systemRoot, 'usr/lib/wsl/lib/nvidia-smi')].find((file) => isProgram(host, file))
  );
}

async function toolkit(context: Pick<Context, 'host' | 'root'>): Promise<string | undefined> {
  const { host } = context;
  const home = host.env.CUDA_HOME ?? path.join(host.systemRoot, 'usr/local/cuda');
  const version = fieldsOf(fieldsOf(host.files.readJson(path.join(home, 'version.json')))?.cuda)?.version;
  if (typeof version === 'string' && version) return version.split('.').slice(0, 2).join('.');
  const nvcc = [path.join(home, 'bin', 'nvcc'), ...allOnPath(host, 'nvcc')].find((file) => isProgram(host, file));
  return nvcc && parseNvcc((await run(context, nvcc, ['--version'])).stdout);
}

/** Empty where this user may not read it. */
async function kernelLog(context: Pick<Context, 'host' | 'root'>): Promise<string> {
  const [dmesg] = context.host.platform === 'linux' ? allOnPath(context.host, 'dmesg') : [];
  return dmesg ? (await run(context, dmesg, [])).stdout : '';
}
