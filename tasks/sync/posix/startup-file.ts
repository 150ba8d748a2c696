import * as path from 'node:path';

/** The file that a login shell reads before it runs a command of ours, and the line that ends it where no terminal is. */
const files: Readonly<Record<string, readonly [file: string, test: string]>> = {
  bash: ['~/.bashrc', '[[ $- == *i* ]] || return'],
  zsh: ['~/.zshenv', '[[ $- == *i* ]] || return'],
  csh: ['~/.cshrc', 'if (! $?prompt) exit'],
  tcsh: ['~/.tcshrc or ~/.cshrc', 'if (! $?prompt) exit'],
  fish: ['~/.config/fish/config.fish', 'status is-interactive; or exit'],
};

/**
 * Where a login shell is told what to print and to start: its file and the test for an interactive shell, as the end of a sentence.
 * @param shell its path, where the other side said it
 */
export function inStartupFile(shell: string | undefined): string {
  const [file, test] = files[path.posix.basename(shell ?? '')] ?? [];
  return file
    ? `in ${file} there: \`${test}\``
    : 'in the start-up files of the login shell there (bash: `[[ $- == *i* ]] || return` in ~/.bashrc)';
}
