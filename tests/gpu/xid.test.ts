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

test('what the driver says that has to be done, as long as it is', () => {
  const changed = (from: string, to: string, bus = '17') =>
    `[  1.0] NVRM: Xid (PCI:0000:${bus}:00): 154, GPU recovery action changed from ${from} to ${to}`;
  assert.equal(parseXids(changed('0x0 (None)', '0x2 (Node Reboot Required)')), [
    { device: '0000:17:00', number: 154, means: 'the driver says what the card needs: Node Reboot Required' },
  ]);
  const over = [changed('0x0 (None)', '0x1 (GPU Reset Required)'), changed('0x1 (GPU Reset Required)', '0x0 (None)')];
  assert.equal(parseXids(over.join('\n')), []);
  const other = [...over, changed('0x0 (None)', '0x3 (Drain P2P)', '65')];
  assert.equal(
    parseXids(other.join('\n')).map(({ device, means }) => [device, means]),
    [['0000:65:00', 'the driver says what the card needs: Drain P2P']],
  );
  const escaped = parseXids('NVRM: Xid (PCI:0000:17:00): 140, An uncorrectable ECC error detected (possible firmware handling failure)');
  assert.match(escaped[0]?.means ?? '', /ECC could not correct/);
});

test.run();
