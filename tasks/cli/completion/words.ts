import { configNames } from '../just-config';

/** What a shell can complete behind `npx just`. */
export interface CompletionWords {
  tasks: readonly CompletedTask[];
  /** Options of every task, with their dashes. */
  shared: readonly string[];
  /** Values by option: `--env` → local, remote. Those of models and remotes are read from the settings as they are then. */
  values: Readonly<Record<string, readonly string[]>>;
}

export interface CompletedTask {
  name: string;
  /** Options of its own, with their dashes; one that takes a value ends with `=`. */
  options: readonly string[];
  /** Its steps, for `--force=`. */
  steps: readonly string[];
}

/**
 * Shell code of the functions that complete, for bash and zsh alike. `_just_lora_root` walks up to the project;
 * `_just_lora_keys KEY` prints the names below a top-level key of its setup files: no program of ours is started.
 */
export const readingNames = `_just_lora_root() {
  local folder=$PWD name
  while [ -n "$folder" ]; do
    for name in ${configNames.join(' ')}; do
      [ -e "$folder/$name" ] && { printf '%s' "$folder"; return; }
    done
    folder=\${folder%/*}
  done
}
_just_lora_keys() {
  local root
  root=$(_just_lora_root)
  [ -n "$root" ] || return 0
  cat "$root"/configs/setup.yaml "$root"/configs/setup.local.yaml "$root"/configs/setup.remote.yaml 2>/dev/null | awk -v key="$1:" '
    /^[^ #]/ { on = ($1 == key); next }
    on && /^  [A-Za-z0-9_.-]+:/ { sub(/^  /, ""); sub(/:.*/, ""); print }'
}
`;

/** The names of a list as one word of a shell; they are names of ours, of letters, digits, `:`, `-`, `=` and dots. */
export const wordsOf = (words: readonly string[]): string => words.filter((word) => /^[\w:.=-]+$/.test(word)).join(' ');
