import { projectScript } from '../../../sync/posix/scripts/project-script';
import { describeMachine } from '../look/describe-machine';
import { temporaryFolder } from '../node/node-scripts';

/**
 * What is there of a project: the commit of its clone, whether a run is at work, what was sent last, and of each name what it is, with its hash. Writes nothing.
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
    xargs -0 -n 400 sh -c "k=; for n do if [ -L \\"./\\$n\\" ]; then printf \\"link %s\\n%s\\n\\" \\"\\$n\\" \\"\\$(readlink \\"./\\$n\\")\\"; elif [ -f \\"./\\$n\\" ]; then k=1; [ -x \\"./\\$n\\" ] && printf \\"run %s\\n\\" \\"\\$n\\"; elif [ -e \\"./\\$n\\" ]; then printf \\"other %s\\n\\" \\"\\$n\\"; fi; done; [ -z \\"\\$k\\" ] || for n do if [ -L \\"./\\$n\\" ]; then :; elif [ -f \\"./\\$n\\" ]; then printf \\"./%s\\0\\" \\"\\$n\\"; fi; done | xargs -0 sha256sum; exit 0" sh 2>/dev/null;
  fi;
  echo just-lora-end`;

/** Names alone: of files that are gone here. Lines: project. */
export const compareScript = projectScript(compare);

/** Behind it comes what is there of the project, where the look before it is what tells about the machine. */
export const projectMark = 'just-lora-project';

/** One round trip for both. Lines: project, the version of Node that is brought, the hash of the app. Then names with NUL between. */
export const lookScript = projectScript(`${describeMachine} echo ${projectMark}; ${compare}`);

/**
 * Gives what is sent its names. Lines: project, the SHA-256 of the list of what was sent last as the look saw it (- where there is
 * none), a name for the folder of copies. Then a tar under gzip: `sums`, `next` (the list while files move), `last` (the list afterwards),
 * `keep` and `remove` (names with NUL between), and the files below `files`. A folder that is not there gets its place as a whole, else
 * each of its files does. 86: another one was faster.
 */
export const placeScript = projectScript(`
  IFS= read -r seen; IFS= read -r kept;
  s=$p/.just-lora;
  [ -d "$s" ] || { mkdir -p "$s" && chmod 700 "$s"; } || exit 81;
  [ -e "$s/.gitignore" ] || echo "*" > "$s/.gitignore";
  ${temporaryFolder}
  gzip -dc | tar xof - -C "$t" || exit 82;
  ( cd "$t" && sha256sum -c sums >/dev/null 2>&1 ) || exit 83;
  l=$s/placing; i=0;
  until ( set -C; echo $$ > "$l" ) 2>/dev/null; do
    o=$(head -n 1 "$l" 2>/dev/null); [ -n "$o" ] && { kill -0 "$o" 2>/dev/null || rm -f "$l"; };
    i=$((i + 1)); [ $i -lt 60 ] || exit 86; sleep 1;
  done;
  trap "rm -rf \\"\\$t\\"; rm -f \\"\\$l\\"" 0;
  r=-; [ -e "$s/brought" ] && r=$(sha256sum < "$s/brought" | head -c 64);
  [ "$r" = "$seen" ] || exit 86;
  chmod 600 "$t/next" "$t/last"; mv -f "$t/next" "$s/brought" || exit 81;
  k=$s/kept/$kept; export p k;
  xargs -0 sh -c "for n do d=\\"\\$k/\\$n\\"; mkdir -p \\"\\\${d%/*}\\" && cp -pPR \\"\\$p/\\$n\\" \\"\\$d\\" || exit 255; done" sh < "$t/keep" || exit 81;
  if [ -d "$t/files" ]; then ( cd "$t/files" && find . -type d -print0 | xargs -0 sh -c "for d do [ -d \\"\\$d\\" ] || continue; [ -e \\"\\$p/\\$d\\" ] || [ -L \\"\\$p/\\$d\\" ] || { mv -fT \\"\\$d\\" \\"\\$p/\\$d\\" 2>/dev/null && continue; }; [ -d \\"\\$p/\\$d\\" ] || mkdir -p \\"\\$p/\\$d\\" || exit 255; set --; for f in \\"\\$d\\"/* \\"\\$d\\"/.*; do if [ -L \\"\\$f\\" ] || [ -f \\"\\$f\\" ]; then set -- \\"\\$@\\" \\"\\$f\\"; [ \\$# -lt 200 ] || { mv -f \\"\\$@\\" \\"\\$p/\\$d/\\" || exit 255; set --; }; fi; done; [ \\$# -eq 0 ] || mv -f \\"\\$@\\" \\"\\$p/\\$d/\\" || exit 255; done" sh ) || exit 81; fi;
  xargs -0 sh -c "for n do rm -f \\"\\$p/\\$n\\"; d=\\$n; while :; do case \\"\\$d\\" in */*) d=\\\${d%/*}; rmdir \\"\\$p/\\$d\\" 2>/dev/null || break;; *) break;; esac; done; done; exit 0" sh < "$t/remove";
  mv -f "$t/last" "$s/brought"`);
