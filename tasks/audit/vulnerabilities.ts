import { type Asking, inTurns, NoAnswer } from '../environments/python/package-index/asking';
import { tryParse } from '../untrusted/json';
import { type Advisory, batchAnswer, batchQuestion, parseAdvisory } from './osv';

export interface Package {
  name: string;
  version: string;
}

/** Questions in one batch, as the service takes them. */
const batchSize = 1000;
/** Pages of one package: beyond it somebody makes fun of us. */
const mostPages = 20;

const keyOf = ({ name, version }: Package): string => `${name} ${version}`;

/**
 * The known vulnerabilities of packages, by `name version`: one question for all of them, then one for each vulnerability.
 * @param service the address of OSV or of a mirror of it
 * @throws NoAnswer where it cannot be asked or answers something else: then nothing is known
 */
export async function vulnerabilitiesOf(asking: Asking, service: string, packages: readonly Package[]): Promise<Map<string, Advisory[]>> {
  const base = service.replace(/\/+$/, '');
  const ids = new Map<string, Set<string>>(packages.map((one) => [keyOf(one), new Set()]));
  let questions: (Package & { page?: string })[] = [...packages];
  for (let turn = 0; questions.length > 0; turn++) {
    if (turn >= mostPages) throw new NoAnswer(`${base} has more than ${mostPages} pages of one package`);
    const batches = Array.from({ length: Math.ceil(questions.length / batchSize) }, (_, at) =>
      questions.slice(at * batchSize, (at + 1) * batchSize),
    );
    const answers = await inTurns(batches, (batch) => ask(asking, `${base}/v1/querybatch`, batch));
    for (const [at, { ids: more }] of answers.flat().entries()) for (const id of more) ids.get(keyOf(questions[at] as Package))?.add(id);
    questions = answers.flat().flatMap(({ page }, at) => (page ? [{ ...(questions[at] as Package), page }] : []));
  }
  const wanted = packages.flatMap((one) => [...(ids.get(keyOf(one)) ?? [])].map((id) => ({ ...one, id })));
  const records = new Map<string, Promise<unknown>>();
  const found = await inTurns(wanted, async ({ name, version, id }) => {
    const record = records.get(id) ?? recordOf(asking, base, id);
    records.set(id, record);
    const advisory = parseAdvisory(await record, id, name);
    // It was named for this package, so that one which says nothing of it is no record.
    if (!advisory) throw new NoAnswer(`what ${base} says of ${id} cannot be read`);
    return { key: keyOf({ name, version }), advisory };
  });
  const byPackage = new Map<string, Advisory[]>();
  for (const { key, advisory } of found) if (advisory !== 'withdrawn') byPackage.set(key, [...(byPackage.get(key) ?? []), advisory]);
  return byPackage;
}

export const advisoriesFor = (known: ReadonlyMap<string, Advisory[]>, one: Package): readonly Advisory[] => known.get(keyOf(one)) ?? [];

async function ask(asking: Asking, address: string, batch: readonly (Package & { page?: string })[]) {
  const { body } = await asking.ask(address, { body: batchQuestion(batch) });
  const answer = batchAnswer(tryParse(body.toString('utf8')), batch.length);
  if (!answer) throw new NoAnswer(`${new URL(address).host} does not answer as OSV does`);
  return answer;
}

async function recordOf(asking: Asking, base: string, id: string): Promise<unknown> {
  return tryParse((await asking.ask(`${base}/v1/vulns/${encodeURIComponent(id)}`)).body.toString('utf8'));
}
