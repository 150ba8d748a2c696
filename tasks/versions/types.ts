/** PEP 440: `<2`, `>=0.7.4,<0.8`; `*` is any version. */
export type Range = string;

/** What a kind of model needs to be loaded. */
export interface ModelNeeds {
  transformers?: string;
  tokenizers?: string;
}

export interface ModelFact extends ModelNeeds {
  /** `model_type` of config.json, or what else of a model's files asks for more. */
  is: string;
  source: string;
}

/** What a well-known repository holds, for before its config.json is here. */
export interface RepositoryFact {
  /** Matched against `owner/name`, lower case. */
  repo: RegExp;
  /** The `is` of the model facts that hold for it. */
  is: readonly string[];
}

/** A build of torch as the package index has it. */
export interface TorchFact {
  torch: Range;
  /** CUDA that the build brings along, `major.minor`. */
  cuda: string;
  /** Compute capabilities that it has code for, as `torch._C._cuda_getArchFlags()` says it. */
  architectures: string;
  source: string;
}

/** The oldest NVIDIA driver (Linux) for a major version of CUDA. */
export interface DriverFact {
  cuda: number;
  driver: string;
  source: string;
}

/** Two packages that do not go together, or one that needs another which nothing declares. */
export interface ConflictFact {
  /** A package at these versions… */
  has: readonly [name: string, range: Range];
  /** …needs this one at these. */
  needs: readonly [name: string, range: Range];
  /** What Python says otherwise. */
  symptom: string;
  source: string;
}

/** An error text that is known, what it means and what mends it. */
export interface BreakageFact {
  code: string;
  says: RegExp;
  means: string;
  cure: string;
  source: string;
}

/** The oldest glibc that the wheels of a package run on. */
export interface GlibcFact {
  has: readonly [name: string, range: Range];
  glibc: string;
  source: string;
}
