import { staleMinutes } from '../../../engine/lock/heartbeat';
import { mostListBytes } from '../../compare/worth-a-list';
import { listingOfAll, listingOfTree } from './file-scripts';
import { projectScript } from './project-script';

/**
 * Takes the lock and makes the folders. Lines: project, token, owner, then `=FOLDER` for each one of which to tell the hash of what the
 * look lists, `+FOLDER` for each one to make and `-PATTERN` for manifests that will no longer hold. A lock of the same owner is of a run that was killed,
 * since one project runs one push at a time; one that has given no sign of life
 * for `staleMinutes` is of a dead machine. BusyBox's find counts whole minutes, and lets it stay one more. One without an owner is
 * being written, or of one for whom the disk was full. One at a time breaks a lock, and looks again first: of two who wait for a
 * machine that died, the other one may have it by then.
 */
export const beginScript = projectScript(`
  IFS= read -r token; IFS= read -r owner;
  s=$p/.just-lora; l=$s/lock; b=$l.breaking;
  mkdir -p "$s" || exit 81;
  o() { sed -n 2p "$l" 2>/dev/null; };
  w() { printf "%s\\n%s\\n" "$token" "$owner" > "$l.$token" && mv -f "$l.$token" "$l"; };
  d() { [ "$h" = "$owner" ] || [ -z "$h" ] || [ -n "$(find "$l" -mmin +${staleMinutes} 2>/dev/null)" ]; };
  if (set -C; printf "%s\\n%s\\n" "$token" "$owner" > "$l") 2>/dev/null; then echo fresh;
  elif [ -e "$l" ]; then
    h=$(o); [ -n "$h" ] || { sleep 1; h=$(o); };
    k=held;
    if d; then
      if (set -C; : > "$b") 2>/dev/null; then
        if [ "$(o)" = "$h" ] && d; then w && k=broken || k=full; fi;
        rm -f "$b";
      elif [ -n "$(find "$b" -mmin +1 2>/dev/null)" ]; then rm -f "$b"; fi;
    fi;
    case $k in
      held) printf "held=%s\\n" "$h"; exit 0;;
      full) rm -f "$l.$token"; exit 82;;
      *) echo broken;;
    esac;
  else printf "%s\\n%s\\n" "$token" "$owner" > "$l"; exit 82; fi;
  m=${mostListBytes};
  while IFS= read -r f; do
    case "$f" in
      =*) f=\${f#=}; printf "seen=%s\\n" "$(${listingOfTree} | sha256sum 2>/dev/null | cut -c 1-64)";;
      +*) mkdir -p "$p/\${f#+}" || exit 81;;
      -*) find "$s/manifests" -name "\${f#-}" -exec rm -f {} + 2>/dev/null;;
    esac;
  done;
  echo locked`);

/** Says that the holder is alive; where another one has the lock by now, tells that. Lines: project, token. */
export const beatScript = projectScript(`
  IFS= read -r token;
  l=$p/.just-lora/lock;
  h=$(sed -n 1p "$l" 2>/dev/null);
  if [ "$h" = "$token" ]; then touch -c "$l"; elif [ -n "$h" ]; then printf "lost=%s\\n" "$(sed -n 2p "$l")"; fi`);

/**
 * Gives the lock back, where it is still the own one: else it tells whose it is. Lines: project, token, then `-FOLDER` for each one to
 * clear of what a broken transfer left, and `+FOLDER` for each one of which to list what lies there: each list behind a mark, with `end`
 * where all could be read.
 */
export const endScript = projectScript(`
  IFS= read -r token;
  l=$p/.just-lora/lock;
  h=$(sed -n 1p "$l" 2>/dev/null);
  case "$h" in ""|"$token") ;; *) printf "lost=%s\\n" "$(sed -n 2p "$l")"; exit 0;; esac;
  while IFS= read -r f; do
    case "$f" in
      -*) find "$p/\${f#-}/" -type d -name .rsync-partial -prune -exec rm -rf {} +;;
      +*) f=\${f#+}; printf "\\0list\\0"; ( ${listingOfAll} ) && printf "end\\0";;
    esac;
  done;
  if [ "$(sed -n 1p "$l")" = "$token" ]; then rm -f "$l"; fi`);

/** Leaves the lock to whoever comes next, who learns by it that a push was cut off. Lines: project, token. */
export const leaveScript = projectScript(`
  IFS= read -r token;
  l=$p/.just-lora/lock;
  if [ "$(sed -n 1p "$l")" = "$token" ]; then printf "%s\\n" "$token" > "$l"; fi`);
