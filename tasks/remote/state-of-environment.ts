import type { Context } from '../core/context';
import type { Inputs } from '../core/state';
import { fingerprintOf } from '../python/fingerprint';
import { versionsIn } from '../python/site-packages';
import type { Versions } from '../versions/models';
import { trainingPrefix } from './place';

/** Installed versions of the training environment; empty before there is one. */
export function trainingVersions(context: Context): Versions {
  const prefix = trainingPrefix(context);
  return prefix ? versionsIn(context.host, prefix) : new Map();
}

/** What a proof about the training environment rests on; `undefined` before there is one. */
export function stateOfEnvironment(context: Context): Inputs | undefined {
  const prefix = trainingPrefix(context);
  const fingerprint = prefix && fingerprintOf(context.host, prefix);
  return fingerprint ? { 'training environment': fingerprint.packages, 'its Python': fingerprint.python } : undefined;
}
