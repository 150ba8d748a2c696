import { projectScript } from '../../../sync/posix/scripts/project-script';
import { temporaryFolder } from '../node/node-scripts';

/**
 * Unpacks the app where it is kept, and lets go of all but the newest few. Lines: project, its hash. Then a tar under gzip.
 *
 * One that is there already gets, one by one, the files that are not as they must be: a run at work may be using it. Where that does
 * not mend it, it is replaced.
 */
export const placeAppScript = projectScript(`
  IFS= read -r h;
  s=$HOME/.cache/just-lora/app; ${temporaryFolder}
  mkdir "$t/n";
  gzip -dc | tar xof - -C "$t/n" || exit 82;
  w() { ( cd "$1" 2>/dev/null && sha256sum -c "$t/n/SUMS" >/dev/null 2>&1 ); };
  w "$t/n" || exit 83;
  [ -e "$s/$h" ] || [ -L "$s/$h" ] || mv "$t/n" "$s/$h" || exit 81;
  if [ -d "$t/n" ]; then
    ( cd "$s/$h" 2>/dev/null && LC_ALL=C sha256sum -c "$t/n/SUMS" 2>/dev/null | sed -n "s/: FAILED.*//p" | while IFS= read -r f; do
      case "$f" in */*) mkdir -p "\${f%/*}";; esac;
      cp "$t/n/$f" "$t/one" && mv -f "$t/one" "$f";
    done; cp "$t/n/SUMS" "$t/one" && mv -f "$t/one" SUMS ) 2>/dev/null;
    w "$s/$h" || { { [ -e "$s/$h" ] || [ -L "$s/$h" ]; } && { mv "$s/$h" "$t/old" || exit 81; }; mv "$t/n" "$s/$h" || exit 81; };
  fi;
  rm -rf "$s/$h/n"; touch "$s/$h";
  ls -1t "$s" | tail -n +5 | while IFS= read -r o; do case "$o" in *[.]*) ;; *) rm -rf "$s/$o";; esac; done;
  exit 0`);
