import { projectScript } from '../../sync/posix/scripts/project-script';

/**
 * Hands over to a program of ours there. Lines: project, Node, the program. The locale is the machine's own: ssh may have
 * sent one that is for our questions.
 */
export const programScript = projectScript(`
  IFS= read -r node; IFS= read -r file;
  unset LC_ALL;
  cd "$p" || exit 81;
  [ -x "$node" ] && [ -f "$file" ] || { echo just-lora-no-runtime; exit 83; };
  exec "$node" "$file" "$p"`);
