import { projectScript } from '../../../sync/posix/scripts/project-script';
import { temporaryFolder } from '../temporary-folder';

/** Minutes after which an app that nothing has touched is in no use, and how often whoever runs from it touches it. */
const [unusedMinutes, touchMinutes] = [60, 10];

/**
 * The configuration in an app: it registers the tasks, since a project's own would need its packages, which are not there. A training
 * may run for days while others bring newer ones: it touches its app for as long.
 */
export const appConfig = `const { utimes } = require('node:fs');
const touch = () => utimes(__dirname, new Date(), new Date(), () => undefined);
touch();
setInterval(touch, ${touchMinutes} * 60 * 1000).unref();
require('./lib').registerTasks();
`;

/**
 * Unpacks the app where it is kept, and lets go of all but the newest few and those that are in use: what runs touches its app
 * ({@link appConfig}), on whichever host. Lines: project, its hash. Then a tar under gzip.
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
  ls -1t "$s" | tail -n +5 | while IFS= read -r o; do case "$o" in *[.]*) ;; *) [ -z "$(find "$s/$o" -prune -mmin +${unusedMinutes} 2>/dev/null)" ] || rm -rf "$s/$o";; esac; done;
  exit 0`);
