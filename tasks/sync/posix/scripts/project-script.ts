/**
 * What runs in the shell of the other side. The texts are constants and everything else comes on stdin, so
 * that nothing of a path or a name can ever be a command. POSIX sh, as dash, busybox and macOS have it, in one
 * line without single quotes and exclamation marks: it passes through the login shell there, csh and fish too.
 *
 * The first line of stdin is the project's folder there: `p` in the script, absolute.
 */
export const projectScript = (text: string): string =>
  `${readProject} ${text}`
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');

const readProject = `
  IFS= read -r p;
  case "$p" in "~") p=$HOME;; "~/"*) p=$HOME/\${p#"~/"};; /*) ;; *) p=$HOME/$p;; esac;`;
