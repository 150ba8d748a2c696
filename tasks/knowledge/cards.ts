import type { Arch } from './known-builds';

/**
 * Cards by the names that they are rented under, for what is asked before one is at hand. To extend it, add a line.
 * Source: NVIDIA, "CUDA GPU Compute Capability" and "Legacy CUDA GPU Compute Capability"; Grace, the processor of GH200, GB200,
 * GB300 and GB10, is aarch64 (their product pages).
 */

/** A card that a person can name. */
export interface KnownCard {
  /** As `--for` shows it: lower case, with dashes. */
  name: string;
  /** As a person says it. */
  title: string;
  capability: string;
  /** The processor of the machines that have it. */
  arch: Arch;
}

const row = (capability: string, titles: readonly string[], arch: Arch = 'x64'): KnownCard[] =>
  titles.map((title) => ({ name: title.toLowerCase().replaceAll(' ', '-'), title, capability, arch }));

export const cards: readonly KnownCard[] = [
  ...row('5.2', ['M40', 'GTX 970', 'GTX 980', 'GTX 980 Ti']),
  ...row('6.0', ['P100']),
  ...row('6.1', ['P4', 'P40', 'GTX 1060', 'GTX 1070', 'GTX 1070 Ti', 'GTX 1080', 'GTX 1080 Ti', 'TITAN Xp']),
  ...row('7.0', ['V100', 'TITAN V']),
  ...row('7.5', ['T4', 'RTX 2060', 'RTX 2070', 'RTX 2080', 'RTX 2080 Ti', 'TITAN RTX', 'RTX 6000', 'RTX 8000']),
  ...row('8.0', ['A100', 'A30']),
  ...row('8.6', ['A2', 'A10', 'A10G', 'A16', 'A40', 'RTX A4000', 'RTX A4500', 'RTX A5000', 'RTX A6000']),
  ...row('8.6', ['RTX 3060', 'RTX 3060 Ti', 'RTX 3070', 'RTX 3070 Ti', 'RTX 3080', 'RTX 3080 Ti', 'RTX 3090', 'RTX 3090 Ti']),
  ...row('8.9', ['L4', 'L40', 'L40S', 'RTX 2000 Ada', 'RTX 4000 Ada', 'RTX 5000 Ada', 'RTX 6000 Ada']),
  ...row('8.9', ['RTX 4060', 'RTX 4060 Ti', 'RTX 4070', 'RTX 4070 Ti', 'RTX 4080', 'RTX 4090']),
  ...row('9.0', ['H100', 'H200']),
  ...row('9.0', ['GH200'], 'arm64'),
  ...row('10.0', ['B200']),
  ...row('10.0', ['GB200'], 'arm64'),
  ...row('10.3', ['B300']),
  ...row('10.3', ['GB300'], 'arm64'),
  ...row('12.0', ['RTX 5060', 'RTX 5060 Ti', 'RTX 5070', 'RTX 5070 Ti', 'RTX 5080', 'RTX 5090']),
  ...row('12.0', ['RTX PRO 4000', 'RTX PRO 4500', 'RTX PRO 5000', 'RTX PRO 6000']),
  ...row('12.1', ['GB10'], 'arm64'),
];

/** What stands before or behind the name of a card and says nothing of its kind: the maker, memory, how it is built in. */
const ornaments = /\b(nvidia|geforce|tesla|quadro|blackwell|dgx|hgx|sxm\d?|pcie|nvl|hbm\d?e?|server|workstation|edition|\d+\s*gb)\b/g;

const compact = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[-_]/g, ' ')
    .replace(ornaments, '')
    .replace(/[^a-z0-9]/g, '');

/** The card of a name as a person or a provider writes it: `b200`, `RTX-5090`, `5090`, `H100 80GB`; `undefined` for one that is not in the table. */
export function cardNamed(name: string): KnownCard | undefined {
  const wanted = compact(name);
  const named = (text: string) => cards.find((card) => compact(card.name) === text);
  return wanted === '' ? undefined : (named(wanted) ?? named(`rtx${wanted}`) ?? named(`gtx${wanted}`));
}
