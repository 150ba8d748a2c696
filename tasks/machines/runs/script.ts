import { projectScript } from '../../sync/posix/scripts/project-script';

/** A line by which a shell there says that Node is what comes next: where no answer follows, it is not the way that failed. */
export const startsLine = 'just-lora-starts';

/**
 * Hands over to a program of ours there, and says so. Lines: project, Node, the program. The locale is the machine's own: ssh may have
 * sent one that is for our questions.
 */
export const programScript = projectScript(`
  IFS= read -r node; IFS= read -r file;
  unset LC_ALL;
  cd "$p" || exit 81;
  [ -x "$node" ] && [ -f "$file" ] || { echo just-lora-no-runtime; exit 83; };
  echo ${startsLine};
  exec "$node" "$file" "$p"`);

/**
 * The same before it is known what to ask, with the Node that it was started by last. Lines: project, the hash of the app. 83: it was
 * never started there, or not in this version.
 */
export const aheadScript = projectScript(`
  IFS= read -r app;
  unset LC_ALL;
  a=$HOME/.cache/just-lora/app/$app; f=$a/lib/machines/there/run.js;
  n=$(head -n 1 "$a/node" 2>/dev/null);
  [ -n "$n" ] && [ -x "$n" ] && [ -f "$f" ] && cd "$p" 2>/dev/null || exit 83;
  exec "$n" "$f" "$p"`);
