import type { Versions } from './models';
import { atLeast } from './satisfies';

/** Who computes the attention, by the words of transformers' `attn_implementation`. */
export type Attention = 'eager' | 'sdpa' | 'flash_attention_2';

/** The first transformers that has sdpa for a kind of model. Measured: `_supports_sdpa` in the wheels of 4.36.0 to 4.40.2; the last two made with 5.20.2, older ones were not tried. */
const sdpaSince: Readonly<Record<string, string>> = {
  llama: '4.36.0',
  mistral: '4.37.0',
  qwen2: '4.37.0',
  gemma: '4.38.0',
  qwen3: '5.20.2',
  smollm3: '5.20.2',
};

/** transformers takes sdpa with no older torch. Source: `is_torch_sdpa_available` of transformers 4.36.0 and 4.45.2. */
const sdpaTorch = '2.1.1';

/**
 * The attention that transformers takes where nothing is said: sdpa where it has that for this kind of model, else
 * eager. Eager too where the kind or the versions are not known, which takes more memory.
 * @param kind `model_type` of config.json
 */
export function attentionOf(kind: string | undefined, versions: Versions): Attention {
  const [transformers, torch] = [versions.get('transformers'), versions.get('torch')];
  const since = kind === undefined ? undefined : sdpaSince[kind];
  if (!since || !transformers || !torch) return 'eager';
  return atLeast(transformers, since) && atLeast(torch, sdpaTorch) ? 'sdpa' : 'eager';
}
