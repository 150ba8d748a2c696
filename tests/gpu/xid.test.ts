import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseXids } from '../../tasks/gpu/driver/xid';

const test = suite('Xid errors of the kernel log');

test('those that speak of the card, each once; those of a program are left out', () => {
  const log = [
    '[  1.0] NVRM: Xid (PCI:0000:17:00): 63, pid=1, Row Remapper: New row marked for remapping',
    '[  2.0] NVRM: Xid (PCI:0000:17:00): 31, pid=4242, name=python, Ch 00000008, intr 10000000. MMU Fault',
    '[  3.0] NVRM: Xid (PCI:0000:17:00): 63, pid=1, Row Remapper: New row marked for remapping',
    '[  4.0] NVRM: Xid (0000:65:00): 79, GPU has fallen off the bus.',
    '[  5.0] nvidia: loading out-of-tree module taints kernel.',
  ].join('\n');
  assert.equal(parseXids(log), [
    { device: '0000:17:00', number: 63, means: 'a memory row was remapped' },
    { device: '0000:65:00', number: 79, means: 'the card fell off the bus' },
  ]);
  assert.equal(parseXids(''), []);
});

test.run();
