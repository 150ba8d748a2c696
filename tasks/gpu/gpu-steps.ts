import { readCachedFinding } from '../checks/cached-step';
import { UserError } from '../common/errors';
import { sha256 } from '../common/hash';
import type { Context } from '../engine/context';
import { deleteProof, type Inputs, writeProof } from '../engine/state';
import type { Action, Finding, Step } from '../engine/step';
import { environmentFingerprint } from '../environments/training/fingerprint';
import { trainingPython } from '../environments/training/locate';
import { gpuIsOptional } from './driver/optional';
import { cardsAndDriverOf, gpuProofs, machineInputs } from './driver/proven-cards';
import { driverAnswers } from './driver/query-driver';
import { type GpuLook, lookAtGpu } from './look';
import { gpuData, gpuTable, layerSentence } from './report';

const proofOf = (context: Context): string => gpuProofs[gpuIsOptional(context) ? 'optional' : 'required'];

/** What needs no environment: fails before gigabytes are fetched for a machine that cannot use them. */
export function gpuDriverStep(): Step {
  return {
    name: 'gpu-driver',
    title: 'Check the GPU and its driver',
    async check(context, depth) {
      // All of the chain was proven on this machine since it was started: no need to ask the driver again.
      const proven = depth === 'quick' ? readCachedFinding(context, proofOf(context), inputsOf(context)) : undefined;
      return proven?.state === 'done' ? proven : findingOf(context, 'driver', { alone: true, fresh: depth === 'full' });
    },
  };
}

/** The whole chain, up to a 4-bit product and the memory of the training. A quick look trusts the last proof. */
export function gpuStep(
  /** Not a part of a setup: without an environment the driver half is all there is to say. */
  { alone = false }: { alone?: boolean } = {},
): Step {
  const check: Step['check'] = async (context, depth) => {
    if (depth === 'full' || alone) return findingOf(context, 'all', { alone });
    const proven = readCachedFinding(context, proofOf(context), inputsOf(context));
    if (proven?.state === 'done') return proven;
    if (gpuIsOptional(context)) {
      const driver = await lookAtGpu(context, 'driver');
      if (driver.broken) return withoutGpu(driver);
    }
    if (!trainingPython(context)) return { state: 'todo', found: 'the training environment is not there yet' };
    return proven ?? { state: 'todo', found: 'not proven on this machine yet' };
  };
  const prove: Action = {
    title: 'prove the GPU: torch, a product of matrices, 4 bits, memory',
    async run(context) {
      deleteProof(context, proofOf(context));
      const finding = await findingOf(context, 'all', { alone: false });
      if (finding.state === 'blocked') throw new UserError(finding);
      if (finding.state !== 'done') return;
      // The cards that passed: scripts/cards.py shows CUDA these alone. What the choice of the profile asks of the machine is there too.
      const { cards } = finding.data ?? {};
      const machine = cardsAndDriverOf(await driverAnswers(context));
      writeProof(context, proofOf(context), {
        inputs: inputsOf(context),
        found: finding.found,
        ...(cards ? { data: { cards, machine } } : {}),
      });
    },
  };
  const step: Step = { name: 'gpu', title: 'Prove that the environment trains on the GPU', check };
  return alone ? step : { ...step, plan: async () => [prove] };
}

async function findingOf(
  context: Context,
  half: 'driver' | 'all',
  { alone, fresh = half === 'all' }: { alone: boolean; fresh?: boolean },
): Promise<Finding> {
  const look = await lookAtGpu(context, half, { fresh });
  // On the way of a setup only what was looked at; the rest has a step of its own.
  const table = gpuTable(context, look).filter(([, state]) => half === 'all' || state !== 'not reached');
  const shown = { table, data: gpuData(look) };
  const { broken, warnings, complete } = look;
  if (broken) {
    if (gpuIsOptional(context)) return { ...withoutGpu(look), ...(half === 'all' ? shown : { data: shown.data }) };
    const { code, found, needed, fix } = broken;
    return { state: 'blocked', code, found, needed, fix, ...shown };
  }
  const found = layerSentence(look);
  if (!complete && !alone) return { state: 'todo', found: `${found}; the training environment is not there yet`, ...shown };
  const all = complete
    ? warnings
    : [...warnings, 'torch was not checked: there is no training environment yet, `npx just env:remote` makes it'];
  // Whether the training fits was asked for, and could not be said.
  if (alone && half === 'all' && look.layers.some(({ name, state }) => name === 'memory' && state === 'unknown'))
    return { state: 'unknown', found: [found, ...all].join('; '), ...shown };
  return { state: 'done', found, ...(all.length > 0 ? { warning: all.join('; ') } : {}), ...shown };
}

const withoutGpu = ({ broken }: GpuLook): Finding => ({
  state: 'done',
  found: `no usable GPU, and none is asked for: ${broken?.found} (${broken?.code})`,
});

/** What a proof of the whole chain rests on. */
const inputsOf = (context: Context): Inputs => ({
  ...machineInputs(context),
  ...(environmentFingerprint(context) ?? { 'training environment': 'none' }),
  'training settings': sha256(JSON.stringify([context.settings.training, context.settings.setup.models])),
});
