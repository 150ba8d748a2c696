import type { VersionRange } from './satisfies';

/**
 * What goes wrong with training packages, and what mends it. To extend it, add a line with its source: a document, an
 * issue (owner/repository#number), or `measured` where the real packages were installed and run.
 * tests/remote holds it to what the profiles really install.
 */

/** Two packages that do not go together, or one that needs another which nothing declares. */
interface ConflictRule {
  /** A package at these versions… */
  has: readonly [name: string, range: VersionRange];
  /** …needs this one at these. */
  needs: readonly [name: string, range: VersionRange];
  /** What Python says otherwise. */
  symptom: string;
  source: string;
}

/** An error text that is known, what it means and what mends it. */
export interface Breakage {
  code: string;
  says: RegExp;
  means: string;
  cure: string;
  source: string;
}

export const conflicts: readonly ConflictRule[] = [
  { has: ['torch', '<2.3'], needs: ['numpy', '<2'], symptom: '_ARRAY_API not found', source: 'pytorch#132179; measured' },
  {
    has: ['pyarrow', '<15'],
    needs: ['numpy', '<2'],
    symptom: 'numpy.core.multiarray failed to import',
    source: 'measured with 14.0.2',
  },
  {
    has: ['pandas', '<2.2'],
    needs: ['numpy', '<2'],
    symptom: 'numpy.dtype size changed, may indicate binary incompatibility',
    source: 'measured with 2.1.3',
  },
  { has: ['bitsandbytes', '<0.43'], needs: ['scipy', '*'], symptom: "No module named 'scipy'", source: 'measured with 0.41.0' },
  { has: ['triton', '<2.2'], needs: ['setuptools', '>=59,<70'], symptom: "No module named 'pkg_resources'", source: 'measured with 2.1.0' },
  { has: ['trl', '>=0.9,<0.10'], needs: ['rich', '*'], symptom: "No module named 'rich'", source: 'measured with 0.9.6' },
  {
    has: ['transformers', '<5'],
    needs: ['huggingface-hub', '<1'],
    symptom: 'huggingface-hub>=…,<1.0 is required',
    source: 'measured with 4.36.0',
  },
  {
    has: ['datasets', '<2.20'],
    needs: ['huggingface-hub', '<1'],
    symptom: "cannot import name 'HfFolder'",
    source: 'measured with 2.15.0',
  },
  { has: ['datasets', '<2.20'], needs: ['pyarrow', '<20'], symptom: 'maps_as_pydicts', source: 'measured with 2.15.0' },
  {
    has: ['trl', '<0.8'],
    needs: ['transformers', '<4.43'],
    symptom: "cannot import name 'top_k_top_p_filtering'",
    source: 'trl#1409; measured with 0.7.4',
  },
  {
    has: ['transformers', '>=5'],
    needs: ['accelerate', '>=1.1'],
    symptom: "cannot import name 'clear_device_cache'",
    source: 'transformers 5.20.2, utils/import_utils.py; measured with 0.25.0',
  },
  {
    has: ['trl', '>=0.8.6'],
    needs: ['accelerate', '>=0.29'],
    symptom: "cannot import name 'is_mlu_available'",
    source: 'transformers#32461; measured with 0.25.0',
  },
  {
    has: ['transformers', '>=4.45'],
    needs: ['accelerate', '>=0.34'],
    symptom: "'AdamW' object has no attribute 'train'",
    source: 'transformers#33620; measured with 0.33.0',
  },
  {
    has: ['transformers', '>=4.36,<4.40'],
    needs: ['tokenizers', '>=0.14,<0.19'],
    symptom: 'tokenizers>=0.14,<0.19 is required',
    source: 'metadata of 4.36.0',
  },
  {
    has: ['transformers', '>=4.40,<4.45'],
    needs: ['tokenizers', '>=0.19,<0.20'],
    symptom: 'tokenizers>=0.19,<0.20 is required',
    source: 'metadata of 4.43.4',
  },
  {
    has: ['transformers', '>=4.45,<4.46'],
    needs: ['tokenizers', '>=0.20,<0.21'],
    symptom: 'tokenizers>=0.20,<0.21 is required',
    source: 'metadata of 4.45.2',
  },
  {
    has: ['transformers', '>=5.20,<5.21'],
    needs: ['tokenizers', '>=0.23.1,<0.24'],
    symptom: 'tokenizers>=0.23.1,<0.24.0 is required',
    source: 'metadata of 5.20.2; measured with 0.20.3',
  },
  {
    has: ['transformers', '>=5.20,<5.21'],
    needs: ['huggingface-hub', '>=1.31,<3'],
    symptom: 'huggingface-hub>=1.31.0,<3.0 is required',
    source: 'metadata of 5.20.2; measured with 0.36.2',
  },
];

export const breakages: readonly Breakage[] = [
  {
    code: 'E_NUMPY_2',
    says: /_ARRAY_API not found|Numpy is not available|compiled using NumPy 1\.x cannot be run in\s+NumPy 2|numpy\.core\.multiarray failed to import|numpy\.dtype size changed/,
    means: 'numpy 2 is there, and a library was built for numpy 1',
    cure: 'numpy<2',
    source: 'pytorch#132179; measured',
  },
  {
    code: 'E_HUB_TOO_NEW',
    says: /cannot import name 'HfFolder'|huggingface[-_]hub.*<1\.0.* is required/,
    means: 'huggingface_hub 1.x is there, and datasets and transformers of this profile need 0.x',
    cure: 'huggingface_hub<0.26',
    source: 'measured with datasets 2.15.0',
  },
  {
    code: 'E_PACKAGE_VERSION',
    says: /\b[\w-]+[<>=!]=?\d\S* is required/,
    means: 'a package is there in another version than transformers asks for',
    cure: 'install the version that the message names',
    source: 'transformers, utils/versions.py; measured with tokenizers 0.20.3 under 5.20.2',
  },
  {
    code: 'E_SCIPY_MISSING',
    says: /No module named 'scipy'/,
    means: 'bitsandbytes imports scipy without declaring it',
    cure: 'scipy',
    source: 'measured with bitsandbytes 0.41.0',
  },
  {
    code: 'E_SETUPTOOLS',
    says: /No module named '(pkg_resources|setuptools)'/,
    means: 'triton imports setuptools without declaring it, and 70 or newer lacks what it needs',
    cure: 'setuptools>=65,<70',
    source: 'measured with triton 2.1.0',
  },
  {
    code: 'E_PATH_SPACE',
    says: /Cannot find ptxas/,
    means: 'triton 2.1 does not find its own compiler where the path of the environment has a space',
    cure: 'remote.path=/a/path/without/a/space',
    source: 'measured: triton 2.1.0 takes the path up to the first space (common/backend.py)',
  },
  {
    code: 'E_RICH_MISSING',
    says: /No module named 'rich'/,
    means: 'trl imports rich without declaring it',
    cure: 'rich',
    source: 'measured with trl 0.9.6',
  },
  {
    code: 'E_TRL_TRANSFORMERS',
    says: /cannot import name 'top_k_top_p_filtering'/,
    means: 'trl 0.7 needs transformers below 4.43',
    cure: 'trl==0.9.6',
    source: 'trl#1409',
  },
  {
    code: 'E_ACCELERATE_OLD',
    says: /cannot import name '(is_mlu_available|clear_device_cache|is_peft_model)'|'AdamW' object has no attribute 'train'/,
    means: 'accelerate is older than trl and transformers ask for',
    cure: 'accelerate==0.34.2',
    source: 'transformers#32461, transformers#33620',
  },
  {
    code: 'E_TOKENIZERS_OLD',
    says: /untagged enum (PyPreTokenizerTypeWrapper|ModelWrapper)/,
    means: 'the tokenizer.json was written by a newer tokenizers than is installed',
    cure: 'remote.profile=compat',
    source: 'transformers#31789',
  },
  {
    code: 'E_TOKENIZER_CLASS',
    says: /Tokenizer class TokenizersBackend does not exist/,
    means: 'the tokenizer was saved by transformers 5',
    cure: '--fix-config',
    source: 'measured with 4.36.0, 4.45.2 and 4.57.6',
  },
  {
    code: 'E_SPECIAL_TOKENS',
    says: /'list' object has no attribute 'keys'/,
    means: 'transformers 5 saved `extra_special_tokens` as a list, and this one wants a table',
    cure: '--fix-config',
    source: 'measured with 4.57.6',
  },
  {
    code: 'E_CHAT_TEMPLATE',
    says: /chat_template is not set/,
    means:
      'this tokenizer has no chat template: its model is no chat model, or it lies in chat_template.jinja, which versions before 4.47 do not read',
    cure: '--fix-config',
    source: 'measured with 4.45.2',
  },
  {
    code: 'E_ROPE_SCALING',
    says: /`?rope_scaling`? must be a dictionary with/,
    means: 'Llama 3.1 needs transformers 4.43 or newer',
    cure: 'remote.profile=compat',
    source: 'measured with transformers 4.36.0',
  },
  {
    code: 'E_PYARROW_NEW',
    says: /maps_as_pydicts/,
    means: 'pyarrow 20 or newer is there, and this datasets needs an older one',
    cure: 'pyarrow==14.0.2',
    source: 'measured with datasets 2.15.0',
  },
  {
    code: 'E_MKL',
    says: /undefined symbol: iJIT_NotifyEvent/,
    means: 'conda brought an mkl that this torch was not built for',
    cure: 'mkl<2024.1',
    source: 'pytorch#123097',
  },
  {
    code: 'E_NO_KERNEL_IMAGE',
    says: /no kernel image is available for execution|is not compatible with the current PyTorch installation/,
    means: 'this torch has no code for this GPU',
    cure: 'torch>=2.7 built for CUDA 12.8',
    source: 'pytorch#167244',
  },
  {
    code: 'E_ATTENTION',
    says: /FlashAttention2 has been toggled on|SDPA requirements in Transformers are not met|does not support an attention implementation|does not support Flash Attention/i,
    means: 'these packages, or this kind of model, do not have the attention that `training.attention` asks for',
    cure: 'set `attention: auto` in configs/training_config.yaml, or install what it needs (sdpa: torch 2.1.1; flash_attention_2: the package flash-attn)',
    source: 'transformers 4.36.0, modeling_utils.py; measured with Mistral and sdpa',
  },
  {
    code: 'E_CHECKPOINTING',
    says: /Attention mask should be of size|does not require grad and does not have a grad_fn/,
    means: 'gradient checkpointing needs `use_cache=False` and `use_reentrant=False` with this transformers',
    cure: 'set both in the training script',
    source: 'transformers#28023, transformers#28056, trl#1088',
  },
];
