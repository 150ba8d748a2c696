import { projectScript } from '../../../sync/posix/scripts/project-script';
import { describeMachine } from '../look/describe-machine';

/**
 * What is there of a project: the commit of its clone, whether a run is at work, what was sent last, of each name what it is, with its
 * hash, and the hash of the list of what was sent last by then. Writes nothing.
 * stdin: names with NUL between.
 */
const compare = `
  echo just-lora-begin;
  if cd "$p" 2>/dev/null; then
    h=$(head -n 1 .git/HEAD 2>/dev/null | head -c 300);
    case "$h" in
      "ref: "*) h=\${h#ref: }; h=$(head -n 1 ".git/$h" 2>/dev/null || grep -F " $h" .git/packed-refs 2>/dev/null | head -n 1);;
    esac;
    printf "commit=%s\\n" "$h";
    for w in $(sed -n "s/.*\\"pid\\":\\([0-9]*\\).*/\\1/p" .just-lora/machine-runs/*/processes.json 2>/dev/null); do
      [ -e "/proc/$w" ] && grep -aq "just" "/proc/$w/cmdline" 2>/dev/null && { echo busy=yes; break; };
    done;
    printf "sent="; cat .just-lora/brought 2>/dev/null; echo;
    echo names;
    xargs -0 -n 400 sh -c "k=; for n do if [ -L \\"./\\$n\\" ]; then printf \\"link %s\\n%s\\n\\" \\"\\$n\\" \\"\\$(readlink \\"./\\$n\\")\\"; elif [ -f \\"./\\$n\\" ]; then k=1; [ -x \\"./\\$n\\" ] && printf \\"run %s\\n\\" \\"\\$n\\"; elif [ -d \\"./\\$n\\" ]; then printf \\"folder %s\\n\\" \\"\\$n\\"; elif [ -e \\"./\\$n\\" ]; then printf \\"other %s\\n\\" \\"\\$n\\"; fi; done; [ -z \\"\\$k\\" ] || for n do if [ -L \\"./\\$n\\" ]; then :; elif [ -f \\"./\\$n\\" ]; then printf \\"./%s\\0\\" \\"\\$n\\"; fi; done | xargs -0 sha256sum; exit 0" sh 2>/dev/null;
    printf "behind=%s\\n" "$(cat .just-lora/brought 2>/dev/null | sha256sum | head -c 64)";
  fi;
  echo just-lora-end`;

/** Names alone: of files that are gone here, and of those in folders that stand in the way. Lines: project. */
export const compareScript = projectScript(compare);

/** Behind it comes what is there of the project, where the look before it is what tells about the machine. */
export const projectMark = 'just-lora-project';

/** One round trip for both. Lines: project, the version of Node that is brought, the hash of the app. Then names with NUL between. */
export const lookScript = projectScript(`${describeMachine} echo ${projectMark}; ${compare}`);

/**
 * What is in folders, with NUL behind each name, `/` at the end of a folder's; of many no more than tells that they are not ours.
 * Lines: project. Then names with NUL between.
 */
export const insideScript = projectScript(`
  cd "$p" 2>/dev/null || exit 0;
  xargs -0 -n 100 sh -c "for n do find \\"./\\$n\\" -type d -exec printf \\"%s/\\\\0\\" {} +; find \\"./\\$n\\" -type d -o -print0; done; exit 0" sh 2>/dev/null | head -c 4000000;
  exit 0`);
