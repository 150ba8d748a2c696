import { createHash } from 'node:crypto';
import { Interrupted, UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import type { Found } from './interpreter/probe';
import type { Asking as AskingType } from './package-index/asking';
import { uvVersion, uvWheelFor } from './uv-release';

/** The files of uv's wheel by name, or why they are not to be had. */
export type Arrived = { files: ReadonlyMap<string, Buffer> } | { why: string };

/** On its way into memory. The run ends it, where nobody took it. */
interface Coming {
  arrived?: Promise<Arrived>;
  asking?: AskingType;
}

const coming: Resource<Coming> = {
  make: () => ({}),
  close: ({ asking }) => asking?.close(),
};

/**
 * Begins to fetch uv's wheel where none is on its way: beside a look at the machine, which writes nothing, and neither does this.
 * @param helper a Python, whose pip is asked for its index where none is set
 */
export function startUv(context: Context, helper: Promise<Found | undefined>): void {
  const now = context.resources.get(context, coming);
  now.arrived ??= arrive(context, helper, now);
}

/** The wheel that is on its way, or comes now. It is handed out once, since it takes room. */
export async function uvArrived(context: Context, helper: Found): Promise<Arrived> {
  startUv(context, Promise.resolve(helper));
  const now = context.resources.get(context, coming);
  const arrived = (await now.arrived) as Arrived;
  now.asking?.close();
  context.resources.forget(coming);
  return arrived;
}

async function arrive(context: Context, helper: Promise<Found | undefined>, now: Coming): Promise<Arrived> {
  // Each rejection has its end here: nobody may be waiting.
  const python = helper.catch(() => undefined);
  try {
    const { Asking } = require('./package-index/asking') as typeof import('./package-index/asking');
    now.asking = new Asking(context);
    return await fromIndex(context, now.asking, python);
  } catch (error) {
    return { why: whyOf(error) };
  }
}

/** Of what is not of the network there is nothing to tell that pip, which comes next, does not tell better. */
function whyOf(error: unknown): string {
  if (error instanceof UserError) return error.fault.found;
  return error instanceof Interrupted ? 'interrupted' : (error as Error).message;
}

/** The largest of uv's wheels has 20 MB, and 45 MB in it. */
const [mostWheel, mostFiles] = [64_000_000, 256_000_000];
/** Milliseconds for the wheel: as long as pip gets. */
const wheelMs = 300_000;

async function fromIndex(context: Context, asking: AskingType, helper: Promise<Found | undefined>): Promise<Arrived> {
  const { host } = context;
  const wanted = uvWheelFor(host.platform, host.arch, host.platform === 'linux' ? host.glibc() : undefined);
  if (!wanted) return { why: `no wheel of it is known for ${host.platform} on ${host.arch}` };
  const { isOffline, indexesIn } = require('./package-index/indexes') as typeof import('./package-index/indexes');
  // pip knows what to do about these.
  const set = isOffline(asking.env) ?? ['PIP_FIND_LINKS', 'PIP_CLIENT_CERT', 'PIP_UPLOADED_PRIOR_TO'].find((name) => asking.env[name]);
  if (set) return { why: `${set} is set` };
  const { askUsualIndex } = require('./package-index/usual-index') as typeof import('./package-index/usual-index');
  const indexes = await indexesIn(asking.env, async () => askUsualIndex(context, undefined, await helper));
  const reasons: string[] = [];
  for (const index of indexes) {
    const bytes = await wheelOf(asking, index, wanted.file).catch((error: unknown) => {
      if (error instanceof Interrupted) throw error;
      return whyOf(error);
    });
    if (typeof bytes === 'string') reasons.push(bytes);
    else if (createHash('sha256').update(bytes).digest('hex') !== wanted.sha256)
      reasons.push(`${new URL(index).host} has another file by the name ${wanted.file}`);
    else return { files: await (require('./package-index/unzip') as typeof import('./package-index/unzip')).unzip(bytes, mostFiles) };
  }
  return { why: reasons.join('; ') || 'no index of http or https is set, and no pip is here to name its own' };
}

/** The file of that name, or why there is none. @throws NoAnswer, Interrupted */
async function wheelOf(asking: AskingType, index: string, file: string): Promise<Buffer | string> {
  const { addressOf, indexFiles, pageHeaders } = require('./package-index/index-page') as typeof import('./package-index/index-page');
  const { pageOf } = require('./package-index/indexes') as typeof import('./package-index/indexes');
  const { host } = new URL(index);
  const page = await asking.ask(pageOf(index, 'uv'), { headers: pageHeaders, toIndex: true });
  const files = page.status === 404 ? [] : indexFiles(page.body.toString('utf8'), page.contentType, 'uv');
  if (!files) return `${host} answers no page of the simple API`;
  const listed = files.find(({ filename }) => filename === file);
  const address = listed && addressOf(listed, page.from);
  if (!address) return `${host} does not list uv ${uvVersion} for this machine`;
  const answer = await asking.ask(withLoginOf(index, address), { toIndex: true, mostBytes: mostWheel, wholeMs: wheelMs });
  return answer.status === 404 ? `${address.host} does not have the file that it lists` : answer.body;
}

/** The name and the password of an index are for its files, too, where they lie with it. */
function withLoginOf(index: string, address: URL): string {
  const { origin, username, password } = new URL(index);
  if (address.origin !== origin || address.username) return address.href;
  const known = new URL(address);
  [known.username, known.password] = [username, password];
  return known.href;
}
