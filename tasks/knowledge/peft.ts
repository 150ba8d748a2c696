/**
 * What each version of PEFT knows of an adapter's configuration. Sources: `peft/config.py`, the `config.py` of each of `peft/tuners`,
 * `peft/tuners/lora/layer.py` and `peft/utils/peft_types.py` of the wheels 0.7.0 to 0.21.2.
 */

/** The newest version that was looked at. */
export const newestPeft = '0.21.2';

/** Before it, a key that PEFT does not know ends in `TypeError: unexpected keyword argument`; since then it is left out with a warning. */
export const ignoresUnknownKeysSince = '0.14.0';

/** Since when a key is looked for in `rank_pattern` and in `alpha_pattern` by itself; before, the first that matches of both counted for both. */
export const separatePatternsSince = '0.14.0';

/** Since when `rank_pattern` and `alpha_pattern` are held against the whole name (`(.*\.)?(KEY)$`); before, behind a dot. */
export const wholePatternsSince = '0.15.0';

/** Since when a tensor's name may have the adapter's own name in it, `default`, where it is loaded under that name. */
export const readsAdapterNameSince = '0.21.0';

/** What a key of adapter_config.json is where it says nothing, and the version that brought it; without one it is older than 0.7. */
interface KnownKey {
  since?: string;
  neutral: unknown;
}

export const loraKeys: Readonly<Record<string, KnownKey>> = {
  peft_type: { neutral: 'LORA' },
  auto_mapping: { neutral: null },
  base_model_name_or_path: { neutral: null },
  revision: { neutral: null },
  task_type: { neutral: null },
  inference_mode: { neutral: false },
  r: { neutral: 8 },
  target_modules: { neutral: null },
  lora_alpha: { neutral: 8 },
  lora_dropout: { neutral: 0 },
  fan_in_fan_out: { neutral: false },
  bias: { neutral: 'none' },
  modules_to_save: { neutral: null },
  init_lora_weights: { neutral: true },
  layers_to_transform: { neutral: null },
  layers_pattern: { neutral: null },
  rank_pattern: { neutral: {} },
  alpha_pattern: { neutral: {} },
  megatron_config: { neutral: null },
  megatron_core: { neutral: 'megatron.core' },
  loftq_config: { neutral: {} },
  use_rslora: { since: '0.8.0', neutral: false },
  use_dora: { since: '0.9.0', neutral: false },
  layer_replication: { since: '0.10.0', neutral: null },
  runtime_config: { since: '0.12.0', neutral: null },
  exclude_modules: { since: '0.14.0', neutral: null },
  eva_config: { since: '0.14.0', neutral: null },
  lora_bias: { since: '0.14.0', neutral: false },
  trainable_token_indices: { since: '0.15.0', neutral: null },
  corda_config: { since: '0.15.0', neutral: null },
  use_qalora: { since: '0.16.0', neutral: false },
  qalora_group_size: { since: '0.16.0', neutral: 16 },
  target_parameters: { since: '0.17.0', neutral: null },
  alora_invocation_tokens: { since: '0.18.0', neutral: null },
  arrow_config: { since: '0.18.0', neutral: null },
  ensure_weight_tying: { since: '0.18.0', neutral: false },
  lora_ga_config: { since: '0.19.0', neutral: null },
  use_bdlora: { since: '0.19.0', neutral: null },
  velora_config: { since: '0.20.0', neutral: null },
  monteclora_config: { since: '0.20.0', neutral: null },
  kasa_config: { since: '0.21.0', neutral: null },
};

/** Keys that came to methods beside LoRA later than the methods themselves; AdaLoRA has all those of LoRA. */
export const laterKeys: Readonly<Record<string, string>> = {
  exclude_modules: '0.14.0',
  rank_dropout_scale: '0.14.0',
  peft_version: '0.18.0',
};

/** Keys that say nothing of how an adapter computes, whatever their value: who wrote it, or how it was begun. */
export const keysWithoutEffect: readonly string[] = ['peft_version', 'inference_mode', 'eva_config', 'corda_config', 'runtime_config'];

/** Since when `init_lora_weights` may have this value; any other text ends in `ValueError: Unknown initialization`. */
export const initializationsSince: Readonly<Record<string, string>> = {
  gaussian: '0.7.0',
  loftq: '0.7.0',
  pissa: '0.11.0',
  olora: '0.12.0',
  eva: '0.14.0',
  corda: '0.15.0',
  orthogonal: '0.16.0',
  lora_ga: '0.19.0',
  mica: '0.20.0',
};

/** Those that only say how the matrices were begun: what is loaded stands in their place, so `true` loads the same adapter. */
export const plainInitializations: readonly string[] = ['gaussian', 'eva', 'orthogonal'];

/** Methods beside LoRA by `peft_type`, and the version that brought them. */
export const methodsSince: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['PROMPT_TUNING', 'MULTITASK_PROMPT_TUNING', 'P_TUNING', 'PREFIX_TUNING', 'LORA', 'ADALORA', 'ADAPTION_PROMPT'].map((name) => [
      name,
      '0.4.0',
    ]),
  ),
  ...Object.fromEntries(['IA3', 'LOHA', 'LOKR', 'OFT'].map((name) => [name, '0.7.0'])),
  POLY: '0.8.0',
  ...Object.fromEntries(['BOFT', 'LN_TUNING', 'VERA'].map((name) => [name, '0.11.0'])),
  ...Object.fromEntries(['FOURIERFT', 'XLORA', 'HRA'].map((name) => [name, '0.12.0'])),
  VBLORA: '0.13.0',
  ...Object.fromEntries(['CPT', 'BONE'].map((name) => [name, '0.14.0'])),
  TRAINABLE_TOKENS: '0.15.0',
  ...Object.fromEntries(['RANDLORA', 'C3A'].map((name) => [name, '0.16.0'])),
  ...Object.fromEntries(['MISS', 'SHIRA'].map((name) => [name, '0.17.0'])),
  ...Object.fromEntries(['ROAD', 'WAVEFT', 'OSF', 'DELORA'].map((name) => [name, '0.18.0'])),
  ...Object.fromEntries(['ADAMSS', 'LILY', 'PVERA', 'GRALORA', 'CARTRIDGE', 'TINYLORA', 'PSOFT', 'PEANUT'].map((name) => [name, '0.19.0'])),
  ...Object.fromEntries(['BEFT', 'FROD', 'GLORA', 'UNILORA', 'HIRA', 'DEFT'].map((name) => [name, '0.20.0'])),
  ...Object.fromEntries(['SHADOW', 'SUPERTUNING'].map((name) => [name, '0.21.0'])),
};

/** Methods that later versions do not have, and the first without them. */
export const methodsUntil: Readonly<Record<string, string>> = { BONE: '0.19.0' };

/** Methods that put something before or beside the layers, so that there are no weights to add them to: none has a `merge`. */
export const unmergedMethods: readonly string[] = [
  'PROMPT_TUNING',
  'MULTITASK_PROMPT_TUNING',
  'P_TUNING',
  'PREFIX_TUNING',
  'ADAPTION_PROMPT',
  'CPT',
  'CARTRIDGE',
  'POLY',
  'XLORA',
  'SHADOW',
];
