import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cardNamed, cards } from '../../tasks/knowledge/cards';

const test = suite('cards by the names that they are rented under');

const names: readonly [asked: string, title: string | undefined, capability?: string][] = [
  ['b200', 'B200', '10.0'],
  ['B200 SXM6 180GB', 'B200', '10.0'],
  ['GH200 480GB', 'GH200', '9.0'],
  ['h100-80gb', 'H100', '9.0'],
  ['NVIDIA H100 80GB HBM3', 'H100', '9.0'],
  ['H100_SXM5', 'H100', '9.0'],
  ['A100-PCIE-40GB', 'A100', '8.0'],
  ['Tesla V100-SXM2-16GB', 'V100', '7.0'],
  ['rtx5090', 'RTX 5090', '12.0'],
  ['5090', 'RTX 5090', '12.0'],
  ['NVIDIA GeForce RTX 3080 Ti', 'RTX 3080 Ti', '8.6'],
  ['4090', 'RTX 4090', '8.9'],
  ['1080', 'GTX 1080', '6.1'],
  ['rtx-pro-6000', 'RTX PRO 6000', '12.0'],
  ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 'RTX PRO 6000', '12.0'],
  ['RTX A6000', 'RTX A6000', '8.6'],
  ['rtx 6000 ada', 'RTX 6000 Ada', '8.9'],
  ['gb10', 'GB10', '12.1'],
  ['L40S', 'L40S', '8.9'],
  ['mi300x', undefined],
  ['80GB', undefined],
  ['', undefined],
];
for (const [asked, title, capability] of names)
  test(`${asked || 'nothing'} → ${title ?? 'no card'}`, () =>
    assert.equal([cardNamed(asked)?.title, cardNamed(asked)?.capability], [title, capability]));

test('each card is found by its own name and title, and no two have one', () => {
  for (const card of cards) assert.is(cardNamed(card.name), card);
  for (const card of cards) assert.is(cardNamed(card.title), card);
  assert.is(new Set(cards.map(({ name }) => name)).size, cards.length);
});

test('Grace is aarch64, everything else x86_64', () => {
  assert.equal(
    cards.filter(({ arch }) => arch === 'arm64').map(({ name }) => name),
    ['gh200', 'gb200', 'gb300', 'gb10'],
  );
});

test.run();
