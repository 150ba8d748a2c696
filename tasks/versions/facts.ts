import type { BreakageFact, ConflictFact, DriverFact, GlibcFact, ModelFact, RepositoryFact, TorchFact } from './types';

/**
 * All that the tool knows about versions. To extend it, add a line with its source: a document, an
 * issue (owner/repository#number), or `measured` where the real packages were installed and run.
 * tests/remote holds it to what the profiles really install.
 */

const wheels = 'measured: the first wheel whose models/auto/configuration_auto.py names it';
/** The first release that loads the kind of model. */
export const models: readonly ModelFact[] = [
  { is: 'llama', transformers: '4.28.0', source: wheels },
  { is: 'mistral', transformers: '4.34.0', source: wheels },
  { is: 'persimmon', transformers: '4.34.0', source: wheels },
  { is: 'mixtral', transformers: '4.36.0', source: wheels },
  { is: 'phi', transformers: '4.36.0', source: wheels },
  { is: 'qwen2', transformers: '4.37.0', source: wheels },
  { is: 'gemma', transformers: '4.38.0', source: wheels },
  { is: 'stablelm', transformers: '4.38.0', source: wheels },
  { is: 'starcoder2', transformers: '4.39.0', source: wheels },
  { is: 'cohere', transformers: '4.39.0', source: wheels },
  { is: 'olmo', transformers: '4.40.0', source: wheels },
  { is: 'qwen2_moe', transformers: '4.40.0', source: wheels },
  { is: 'phi3', transformers: '4.41.0', source: wheels },
  { is: 'gemma2', transformers: '4.42.0', source: wheels },
  { is: 'nemotron', transformers: '4.44.0', source: wheels },
  { is: 'granite', transformers: '4.45.0', source: wheels },
  { is: 'mllama', transformers: '4.45.0', source: wheels },
  { is: 'falcon_mamba', transformers: '4.45.0', source: wheels },
  { is: 'glm', transformers: '4.46.0', source: wheels },
  { is: 'phimoe', transformers: '4.46.0', source: wheels },
  { is: 'olmo2', transformers: '4.47.0', source: wheels },
  { is: 'cohere2', transformers: '4.48.0', source: wheels },
  { is: 'gemma3', transformers: '4.50.0', source: wheels },
  { is: 'gemma3_text', transformers: '4.50.0', source: wheels },
  { is: 'mistral3', transformers: '4.50.0', source: wheels },
  { is: 'qwen3', transformers: '4.51.0', source: wheels },
  { is: 'qwen3_moe', transformers: '4.51.0', source: wheels },
  { is: 'llama4', transformers: '4.51.0', source: wheels },
  { is: 'deepseek_v3', transformers: '4.51.0', source: wheels },
  { is: 'glm4', transformers: '4.52.1', source: wheels },
  { is: 'smollm3', transformers: '4.53.0', source: wheels },
  { is: 'gpt_oss', transformers: '4.55.0', source: wheels },
  { is: 'ministral', transformers: '4.57.0', source: wheels },
  {
    is: 'rope_type llama3',
    transformers: '4.43.0',
    source: 'transformers 4.43.0 release notes; measured: `rope_scaling` is refused by 4.36.0',
  },
  {
    is: 'metaspace split',
    tokenizers: '0.19.0',
    transformers: '4.40.0',
    source: 'transformers#31789; measured: 0.15.2 refuses it, 0.19.0 reads it',
  },
  {
    is: 'merges as pairs',
    tokenizers: '0.20.0',
    transformers: '4.45.0',
    source: 'measured: 0.19.1 refuses them (`ModelWrapper`), 0.20.0 reads them',
  },
];

export const repositories: readonly RepositoryFact[] = [
  { repo: /^meta-llama\/(meta-)?llama-3\.[123]-/, is: ['llama', 'rope_type llama3'] },
  { repo: /^meta-llama\/(meta-)?llama-[23]-/, is: ['llama'] },
  { repo: /^mistralai\/mistral-7b-.*v0\.3$/, is: ['mistral', 'metaspace split'] },
  { repo: /^mistralai\/mistral-7b-/, is: ['mistral'] },
  { repo: /^mistralai\/mixtral-/, is: ['mixtral', 'metaspace split'] },
  { repo: /^qwen\/qwen2(\.5)?-/, is: ['qwen2'] },
  { repo: /^qwen\/qwen3-/, is: ['qwen3'] },
  { repo: /^google\/gemma-2-/, is: ['gemma2'] },
  { repo: /^google\/gemma-\d+b/, is: ['gemma'] },
  { repo: /^microsoft\/phi-3/, is: ['phi3'] },
  { repo: /^tinyllama\//, is: ['llama'] },
];

const sm90 = 'sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90';
const releaseMatrix = 'pytorch/pytorch RELEASE.md, release compatibility matrix';
export const torchBuilds: readonly TorchFact[] = [
  { torch: '>=2.1,<2.2', cuda: '12.1', architectures: sm90, source: 'measured: torch._C._cuda_getArchFlags() of 2.1.0 and 2.1.2' },
  { torch: '>=2.2,<2.5', cuda: '12.1', architectures: sm90, source: releaseMatrix },
  { torch: '>=2.5,<2.7', cuda: '12.4', architectures: sm90, source: releaseMatrix },
  { torch: '>=2.7,<2.8', cuda: '12.6', architectures: sm90, source: `${releaseMatrix}; its cu128 build has sm_100 and sm_120` },
  { torch: '>=2.8,<2.10', cuda: '12.8', architectures: 'sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120', source: releaseMatrix },
];

/** Minor-version compatibility: one driver serves a whole major version. */
const driverMatrix = 'CUDA compatibility guide, minor version compatibility';
export const drivers: readonly DriverFact[] = [
  { cuda: 11, driver: '450.80.02', source: driverMatrix },
  { cuda: 12, driver: '525.60.13', source: driverMatrix },
  { cuda: 13, driver: '580.65.06', source: driverMatrix },
];

/** From the names of the wheels (PEP 600); what is not named here runs on 2.17. */
export const glibc: readonly GlibcFact[] = [
  { has: ['bitsandbytes', '>=0.43'], glibc: '2.24', source: 'manylinux_2_24 in the wheels of 0.43.3' },
  { has: ['pandas', '>=2.3'], glibc: '2.24', source: 'manylinux_2_24 in the wheels of 2.3.3' },
  { has: ['torch', '>=2.6'], glibc: '2.28', source: 'manylinux_2_28 in the wheels of 2.6.0' },
];

export const conflicts: readonly ConflictFact[] = [
  { has: ['torch', '<2.3'], needs: ['numpy', '<2'], symptom: '_ARRAY_API not found', source: 'pytorch#132179; measured' },
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
];

export const breakages: readonly BreakageFact[] = [
  {
    code: 'E_NUMPY_2',
    says: /_ARRAY_API not found|Numpy is not available|compiled using NumPy 1\.x cannot be run in\s+NumPy 2/,
    means: 'numpy 2 is there, and this torch was built for numpy 1',
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
    says: /cannot import name 'is_mlu_available'|'AdamW' object has no attribute 'train'/,
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
    code: 'E_CHECKPOINTING',
    says: /Attention mask should be of size|does not require grad and does not have a grad_fn/,
    means: 'gradient checkpointing needs `use_cache=False` and `use_reentrant=False` with this transformers',
    cure: 'set both in the training script',
    source: 'transformers#28023, transformers#28056, trl#1088',
  },
];
