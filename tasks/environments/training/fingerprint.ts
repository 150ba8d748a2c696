import type { Context } from '../../engine/context';
import type { Inputs } from '../../engine/state';
import type { Versions } from '../../knowledge/models';
import { fingerprintOf } from '../prefix/fingerprint';
import { versionsIn } from '../prefix/site-packages';
import { trainingPrefix } from './locate';

/** Installed versions of the training environment; empty before there is one. */
export function trainingVersions(context: Context): Versions {
  const prefix = trainingPrefix(context);
  return prefix ? versionsIn(context.host, prefix) : new Map();
}

/** What a proof about the training environment rests on; `undefined` before there is one. */
export function environmentFingerprint(context: Context): Inputs | undefined {
  const prefix = trainingPrefix(context);
  const fingerprint = prefix && fingerprintOf(context.host, prefix);
  return fingerprint ? { 'training environment': fingerprint.packages, 'its Python': fingerprint.python } : undefined;
}
