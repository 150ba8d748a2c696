/**
 * The first line of what a script reads. Where a startup file there hands over to another shell (`exec zsh` in ~/.bashrc), our
 * command is lost, and that shell takes what we send for commands: sh, bash, zsh, ksh, csh, tcsh and fish end at this line, so
 * that no name of ours is ever read as one.
 */
export const guardLine = 'echo just-lora-elsewhere; exit 91';

/** What a program answered with. */
interface Answered {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Whether another shell than ours has read it: the guard, or fish, which reads to the end first and runs nothing where a word of ours is none of its own. */
export const readElsewhere = ({ exitCode, stdout, stderr }: Answered): boolean =>
  (exitCode === 91 && /^just-lora-elsewhere$/m.test(stdout)) || (exitCode === 127 && /^fish: /m.test(stderr));

/** Whether a startup file there has read a part of what was sent. */
export const readBefore = ({ exitCode, stdout }: Pick<Answered, 'exitCode' | 'stdout'>): boolean =>
  exitCode === 92 && /^just-lora-shifted$/m.test(stdout);

/**
 * What runs in the shell of the other side. The texts are constants and everything else comes on stdin, so
 * that nothing of a path or a name can ever be a command. POSIX sh, as dash, busybox and macOS have it, in one
 * line without single quotes and exclamation marks: it passes through the login shell there, csh and fish too.
 *
 * The first line of stdin is the guard, the second the project's folder there: `p` in the script, absolute.
 */
export const projectScript = (text: string): string =>
  `${readProject} ${text}`
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');

const readProject = `
  IFS= read -r g; [ "$g" = "${guardLine}" ] || { echo just-lora-shifted; exit 92; };
  IFS= read -r p;
  case "$p" in "~") p=$HOME;; "~/"*) p=$HOME/\${p#"~/"};; /*) ;; *) p=$HOME/$p;; esac;`;

/** Nothing: how long an answer takes. */
export const nothingScript = projectScript('true');
