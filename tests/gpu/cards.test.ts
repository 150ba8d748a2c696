import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CardFit, cardFits } from '../../tasks/gpu/cards/card-fits';
import { cardNamed } from '../../tasks/knowledge/cards';
import { rentedCards } from '../../tasks/knowledge/rented-cards';
import { projectCopy, runJust } from '../support/project';
import { contextFor, machineOfTranscript, transcripts } from '../support/transcript';

const test = suite('the cards that can be rented');
const project = projectCopy();

const fitsWith = (...sets: string[]): Map<string, CardFit> =>
  new Map(cardFits(contextFor(project, { sets })).fits.map((fit) => [fit.card.title, fit]));

/** `4 × 4`, `none`. */
const batch = ({ largest }: CardFit) => (largest ? `${largest.batchSize} × ${largest.accumulationSteps}` : 'none');

test('the default training: 21.5 GB, worked out by hand for each kind of answer', () => {
  const fits = fitsWith();
  // docs/GPU.md has what each batch needs: 1 × 16 12 GB, 2 × 8 15.2 GB, 4 × 4 21.5 GB, 8 × 2 34.3 GB, 16 × 1 59.8 GB; each and 15 %.
  const expected: Record<string, [fits: string, batch: string]> = {
    'RTX 3060': ['no', 'none'], // 12.9 GB
    'RTX A4000': ['no', '1 × 16'], // 17.2 GB
    'RTX A4500': ['no', '2 × 8'], // 21.5 GB, and 15.2 GB with the rest
    L4: ['barely', '2 × 8'], // 24.2 GB: 21.5 GB and 12 %
    'RTX 3090': ['yes', '4 × 4'], // 25.8 GB
    'RTX 5090': ['yes', '4 × 4'], // 34.2 GB
    A40: ['yes', '8 × 2'], // 48.3 GB
    'A100 40 GB': ['yes', '8 × 2'], // 42.9 GB
    'A100 80 GB': ['yes', '16 × 1'], // 85.9 GB
    B300: ['yes', '16 × 1'], // no more than the effective batch
  };
  for (const [title, answer] of Object.entries(expected)) {
    const fit = fits.get(title) as CardFit;
    assert.equal([fit.fits, batch(fit)], answer, title);
    assert.is(fit.obstacle, undefined, title);
    assert.is(fit.spareBytes, fit.card.memoryBytes - fit.estimate.total);
  }
});

test('what a card cannot do is told, whatever its memory', () => {
  for (const title of ['T4', 'V100 32 GB', 'RTX 6000']) {
    const fit = fitsWith().get(title) as CardFit;
    assert.equal([fit.fits, fit.largest], ['no', undefined], title);
    assert.match(fit.obstacle ?? '', /^bfloat16 needs capability 8\.0, it has 7\.[05]$/);
  }
  const float16 = fitsWith('training.quantization.compute_dtype=float16');
  assert.equal([float16.get('T4')?.obstacle, float16.get('V100 32 GB')?.fits], [undefined, 'yes']);
  // A torch that is forced, and has no code for the card.
  assert.match(
    fitsWith('remote.profile=compat').get('B200')?.obstacle ?? '',
    /^it is a B200, sm_100, which torch 2\.1\.2 has no code for$/,
  );
});

test('each card takes the attention of its own profile', () => {
  const old = fitsWith('remote.profile=as-asked');
  assert.equal([old.get('L4')?.plan.attention, fitsWith().get('L4')?.plan.attention], ['eager', 'sdpa']);
  assert.ok((old.get('L4')?.estimate.total ?? 0) > (fitsWith().get('L4')?.estimate.total ?? 0));
});

test('cards stand by class, then by memory, and are known ones', () => {
  const key = ({ priceClass, memoryBytes }: (typeof rentedCards)[number]) => priceClass * 1e15 + memoryBytes;
  assert.equal(
    rentedCards.map(key),
    rentedCards.map(key).sort((one, other) => one - other),
  );
  for (const { card, title, memoryBytes, nominalGb } of rentedCards) {
    assert.ok(card !== undefined && cardNamed(title) === card, title);
    // What a name says is in units of 2^30; error correction takes up to a sixteenth, and the names of HBM are rounded.
    assert.ok(memoryBytes / 2 ** 30 / nominalGb > 0.92 && memoryBytes / 2 ** 30 / nominalGb < 1.03, title);
  }
  assert.is(new Set(rentedCards.map(({ title }) => title)).size, rentedCards.length);
});

test('have the memory that nvidia-smi printed for them', () => {
  const seen = transcripts().flatMap((name) => {
    const { env } = machineOfTranscript(name);
    const text = require('node:fs').readFileSync(env.TRANSCRIPT as string, 'utf8') as string;
    return [...text.matchAll(/^\d+, GPU-[\w-]+, ([^,]+), [\d.]+, (\d+), \d+, (?:Disabled|\[N\/A\])$/gm)].map(
      ([, card = '', mib]) => [card, Number(mib) * 2 ** 20] as const,
    );
  });
  const compared = seen.flatMap(([name, memoryBytes]) => {
    const sizes = rentedCards.filter(({ card }) => card === cardNamed(name)).map((card) => card.memoryBytes);
    // Drivers before 525 told up to 1.3 % less of the same card.
    const isOne = sizes.some((size) => memoryBytes <= size && memoryBytes >= size * 0.985);
    return sizes.length > 0 ? [[name, memoryBytes, isOne] as const] : [];
  });
  assert.ok(new Set(compared.map(([name]) => name)).size >= 6, `${compared.length} compared`);
  assert.equal(
    compared.filter(([, , same]) => !same),
    [],
  );
});

test('npx just gpu --estimate --cards: a table, and the same as data', async () => {
  const [text, json] = await Promise.all([
    runJust(project, ['gpu', '--estimate', '--cards']),
    runJust(project, ['gpu', '--estimate', '--cards', '--json']),
  ]);
  assert.is(text.exitCode, 0, text.stderr);
  assert.match(text.stdout, /llama-3\.1-8b needs 21\.5 GB, and has room to spare on \d+ of \d+ cards; cheapest class: /);
  assert.match(text.stdout, /^ +card +memory +fits +to spare +largest batch$/m);
  assert.match(text.stdout, /^ +L4 +24\.2 GB +barely +2\.6 GB +2 × 8$/m);
  assert.match(text.stdout, /^ +RTX 3060 +12\.9 GB +no +8\.7 GB too little +none$/m);
  const [step] = JSON.parse(json.stdout).steps;
  const card = step.cards.find((each: { card: string }) => each.card === 'RTX 3090');
  assert.equal(
    [card.model, card.memoryBytes, card.fits, card.largestBatch, card.names.dstack],
    ['llama-3.1-8b', 24576 * 2 ** 20, 'yes', { batchSize: 4, accumulationSteps: 4 }, 'RTX3090'],
  );
});

test('several models have a column of their own; of one that is not known nothing is guessed', async () => {
  const both = await runJust(project, ['gpu', '--estimate', '--cards', '--set', 'models.mistral-7b.enabled=true']);
  assert.match(both.stdout, /^ +mistral-7b +L4 +24\.2 GB +yes /m);
  const unknown = await runJust(project, ['gpu', '--estimate', '--cards', '--model=someone/something']);
  assert.is(unknown.exitCode, 3);
  assert.match(unknown.stdout, /something: its shape is not known before it is downloaded/);
});

test.run();
