/** An error that the driver reported to the kernel log. */
export interface Xid {
  /** PCI address as the driver writes it. */
  device: string;
  number: number;
  means: string;
}

/** Those that speak of the card and not of a program. Source: NVIDIA, "Xid Errors". */
const ofTheCard: Readonly<Record<number, string>> = {
  48: 'a memory error that ECC could not correct',
  62: 'the controller of the card stopped',
  63: 'a memory row was remapped',
  64: 'a memory row could not be remapped',
  74: 'an NVLink error',
  79: 'the card fell off the bus',
  92: 'many memory errors that ECC corrected',
  94: 'a memory error that ended one program',
  95: 'a memory error that may have reached every program',
  119: 'the GSP firmware did not answer',
  120: 'the GSP firmware failed',
  140: 'a memory error that ECC could not correct, and that the driver could not set aside',
};

/** Its text is what has to be done with the card: `GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)`. */
const recovery = 154;

/** The Xid errors of a kernel log that speak of the card, the newest of each kind. */
export function parseXids(log: string): Xid[] {
  const found = new Map<string, Xid>();
  for (const [, device = '', digits = '', text = ''] of log.matchAll(/NVRM: Xid \((?:PCI:)?([\w:.]{1,40})\): (\d{1,5})\b(.{0,200})/g)) {
    const number = Number(digits);
    const means = number === recovery ? recoveryIn(text) : ofTheCard[number];
    if (means) found.set(`${device} ${digits}`, { device, number, means });
    // The newest word is that nothing is left to do.
    else if (number === recovery) found.delete(`${device} ${digits}`);
  }
  return [...found.values()];
}

function recoveryIn(text: string): string | undefined {
  const action = /\bto 0x[\da-f]{1,8} \(([\w ]{1,40})\)/i.exec(text)?.[1];
  return action && action !== 'None' ? `the driver says what the card needs: ${action}` : undefined;
}
