import { nearest } from '../../common/nearest';
import { type KnownShape, linearLayers } from '../../knowledge/known-models';

/** A layer that an adapter can be put on, by its whole name in the model. */
export interface LinearModule {
  name: string;
  in: number;
  out: number;
}

/** peft's word for every linear layer but the head; its first release with it is 0.8.0, so it never leaves us. */
export const everyLinear = 'all-linear';

/** `target_modules` as any peft takes them: `all-linear` is the seven layers of a block. The one place that does it. */
export const expandTargets = (names: readonly string[]): string[] => [
  ...new Set(names.flatMap((name) => (name === everyLinear ? linearLayers : [name]))),
];

/** Every layer of the model that peft puts an adapter on: the seven of each block, the head and the embedding. */
export function linearModules(shape: KnownShape): LinearModule[] {
  const { hidden_size: hidden, intermediate_size: inner, num_attention_heads, num_key_value_heads, head_dim, vocab_size } = shape;
  const [queries, keys] = [num_attention_heads * head_dim, num_key_value_heads * head_dim];
  const block = [
    { name: 'self_attn.q_proj', in: hidden, out: queries },
    { name: 'self_attn.k_proj', in: hidden, out: keys },
    { name: 'self_attn.v_proj', in: hidden, out: keys },
    { name: 'self_attn.o_proj', in: queries, out: hidden },
    { name: 'mlp.gate_proj', in: hidden, out: inner },
    { name: 'mlp.up_proj', in: hidden, out: inner },
    { name: 'mlp.down_proj', in: inner, out: hidden },
  ];
  const layers = Array.from({ length: shape.num_hidden_layers }, (_, index) =>
    block.map((module) => ({ ...module, name: `model.layers.${index}.${module.name}` })),
  );
  return [...layers.flat(), { name: 'model.embed_tokens', in: vocab_size, out: hidden }, { name: 'lm_head', in: hidden, out: vocab_size }];
}

/** peft's own rule for a list: the whole name, or its end behind a dot (`check_target_module_exists`). */
const isMeant = (module: string, target: string): boolean => module === target || module.endsWith(`.${target}`);

/** The layers that a list of targets means. */
export function targetedModules(shape: KnownShape, names: readonly string[]): LinearModule[] {
  const targets = expandTargets(names);
  return linearModules(shape).filter(({ name }) => targets.some((target) => isMeant(name, target)));
}

/** Targets that are no layer of the model, with what was meant where that is near: peft trains the others and says nothing. */
export function unknownTargets(shape: KnownShape, names: readonly string[]): { name: string; meant: string | undefined }[] {
  const modules = linearModules(shape);
  return expandTargets(names)
    .filter((target) => !modules.some(({ name }) => isMeant(name, target)))
    .map((name) => ({ name, meant: nearest(name, [...linearLayers, 'lm_head', 'embed_tokens', everyLinear]) }));
}
