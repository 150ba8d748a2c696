/** What a program wraps around a model's modules while it trains, by the piece of a name that each leaves: no model of transformers has it. */
const wrappers: readonly (readonly [RegExp, string])[] = [
  [/^base_model\.model\./, 'PEFT: `merge_and_unload()` gives the model alone'],
  [/\.base_layer\.(?:weight|bias)$/, 'PEFT: `merge_and_unload()` gives the model alone'],
  [/(?:^|\.)_orig_mod\./, '`torch.compile`: its `_orig_mod` is the model alone'],
  [/(?:^|\.)_fsdp_wrapped_module\./, 'FSDP: `accelerator.unwrap_model` gives the model alone'],
  [/(?:^|\.)_checkpoint_wrapped_module\./, 'activation checkpointing: the model before it was wrapped is the model alone'],
  [/^module\./, '`DataParallel` or DeepSpeed: its `module` is the model alone'],
];

/** The wrapper whose names tensors have: the first such name, and who gave it. */
export function wrapperOf(names: Iterable<string>): { name: string; by: string } | undefined {
  for (const name of names) {
    const by = wrappers.find(([pattern]) => pattern.test(name))?.[1];
    if (by !== undefined) return { name, by };
  }
  return undefined;
}

/**
 * What stands before `layers.0` in the names of a decoder's tensors; `undefined` where they are not those of one. A checkpoint of the
 * inner model alone has no `model.`; transformers loads the text part of a Gemma 3 out of `language_model.` too (tried with 4.57).
 */
export function startOfNames(names: readonly string[], kind: string): string | undefined {
  const starts = ['model.', '', ...(kind === 'gemma3_text' ? ['language_model.model.'] : [])];
  const has = (begin: string) => names.some((name) => name.startsWith(begin));
  return starts.find((start) => has(`${start}layers.`)) ?? starts.find((start) => has(`${start}embed_tokens.`));
}
