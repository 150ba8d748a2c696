/** What can be wrong with a file of a model: one word each, the same in every version. */
export type CheckpointProblem =
  | 'missing'
  | 'broken-link'
  | 'extra'
  | 'extra-pickle'
  | 'shadows'
  | 'no-weights'
  | 'no-tokenizer'
  | 'truncated'
  | 'oversized'
  | 'wrong-hash'
  | 'swapped'
  | 'bad-header'
  | 'bad-layout'
  | 'pickle'
  | 'pointer'
  | 'not-safetensors'
  | 'bad-index'
  | 'index-outside'
  | 'index-unknown-shard'
  | 'index-tensor'
  | 'index-total'
  | 'bad-json'
  | 'bad-config'
  | 'bad-names'
  | 'not-a-file'
  | 'unreadable'
  | 'adapter-config'
  | 'adapter-base'
  | 'adapter-target'
  | 'adapter-rank'
  | 'adapter-shape'
  | 'adapter-dtype'
  | 'adapter-empty'
  | 'adapter-name'
  | 'adapter-vocabulary'
  | 'adapter-values'
  | 'adapter-init'
  | 'adapter-peft';

/** One file of what was looked at. */
export interface FileReport {
  /** Relative to the folder, with `/`. */
  path: string;
  state: 'ok' | 'bad' | 'missing' | 'extra';
  problem?: CheckpointProblem;
  /** What was found, both numbers where there are two. */
  message?: string;
  /** The command, or the one thing, that fixes it. */
  fix?: string;
}

/** The commands that fix a folder. */
export interface Remedy {
  /** Fetches what is missing. */
  download: string;
  /** Fetches only what is wrong. */
  repair: string;
}

/** A command that fixes each kind of problem. */
export function checkpointFix(problem: CheckpointProblem, path: string, { download, repair }: Remedy): string {
  switch (problem) {
    case 'missing':
    case 'broken-link':
      return `\`${download}\` fetches it`;
    case 'extra':
      return `nothing has to be done: \`${download}\` neither needs nor touches it`;
    case 'extra-pickle':
      return `nothing has to be done: nothing loads it, and \`${download}\` does not need it`;
    case 'pointer':
      return `\`git lfs pull\` in a clone, else \`${repair}\``;
    case 'no-weights':
      return `\`${download}\` of a repository that has safetensors`;
    case 'no-tokenizer':
      return `copy the files of the tokenizer (\`tokenizer.json\`, \`tokenizer_config.json\`) out of the model that it was made of; \`${download}\` fetches them from a repository`;
    case 'bad-config':
      return `put the \`${path}\` in its place that was saved with these weights; \`${repair}\` fetches both from a repository`;
    case 'bad-names':
      return `save the model alone into a folder with \`save_pretrained\`, out of what it was wrapped in; \`${repair}\` fetches it from a repository`;
    case 'pickle':
      return `never load it: \`${repair}\` fetches the safetensors`;
    case 'not-a-file':
      return `move \`${path}\` aside, then \`${download}\``;
    case 'unreadable':
      return `give yourself read access to \`${path}\`; where the disk is at fault, \`${repair}\``;
    case 'swapped':
      return `\`${repair}\` fetches both anew`;
    case 'index-unknown-shard':
    case 'index-outside':
      return `load nothing of it: \`${repair}\` fetches the index anew`;
    default:
      return `\`${repair}\` fetches only what is wrong`;
  }
}
