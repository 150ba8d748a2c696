import { satisfies, valid } from '@renovatebot/pep440';

/** PEP 440: `<2`, `>=0.7.4,<0.8`; `*` is any version. */
export type VersionRange = string;

/** Whether a version lies in a range (PEP 440, local parts such as `+cu121` count for nothing); what cannot be read does not. */
export function inRange(version: string, range: VersionRange): boolean {
  if (range === '*') return true;
  return valid(version) !== null && satisfies(version, range, { prereleases: true });
}

export const atLeast = (version: string, least: string): boolean => inRange(version, `>=${least}`);
