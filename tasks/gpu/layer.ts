/** From the card up to the training: each rests on those before it. */
export const layerNames = ['device', 'driver', 'cuda', 'capability', 'torch', 'architecture', 'matmul', 'bitsandbytes', 'memory'] as const;
export type LayerName = (typeof layerNames)[number];

/** Why a layer is broken, and the command that fixes it. */
export interface LayerFault {
  code: string;
  found: string;
  needed: string;
  fix: string;
}

/** One layer with what was found; a broken one with its cure. */
export type GpuLayer = { name: LayerName } & (
  | { state: 'ok' | 'unknown' | 'not reached'; found: string }
  | ({ state: 'broken' } & LayerFault)
);

/** What a half of the chain found: its layers up to the first broken one, and what is worth a word beside them. */
export interface Layers {
  layers: GpuLayer[];
  warnings: string[];
}

/** The broken layer; there is one at most, since the later ones are not reached. */
export const brokenOf = (layers: readonly GpuLayer[]): (LayerFault & { name: LayerName }) | undefined =>
  layers.find((layer): layer is LayerFault & { name: LayerName; state: 'broken' } => layer.state === 'broken');

/** Every layer: those that were looked at, the others `not reached`. */
export function allLayers(looked: readonly GpuLayer[], why = 'not reached'): GpuLayer[] {
  return layerNames.map((name) => looked.find((layer) => layer.name === name) ?? { name, state: 'not reached', found: why });
}
