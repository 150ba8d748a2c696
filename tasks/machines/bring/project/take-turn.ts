/** Minutes after which the lock of a run on another host is nobody's: it is held while files that have come are renamed. */
const leftMinutes = 60;

/**
 * Words for scripts of a machine, behind those of a temporary folder. Waits until nobody else places files here: the lock is `$s/placing`, and names who has it. That of a process of this host that is
 * gone is broken; one without a word in it, too, which is of one for whom the disk was full. One at a time breaks it, and looks again
 * first: of two who wait, the other one has it by then. A disk without hard links has its lock in two moves. `own` tells first of a
 * disk that is full: no sh says why it could not write.
 */
export const takeTurn = `
  l=$s/placing; i=0; a=$me-$$; env printf "%s\\n" "$a" > "$t/own" || exit 81;
  trap "[ \\"\\$(head -n 1 \\"\\$l\\" 2>/dev/null)\\" = \\"\\$a\\" ] && rm -f \\"\\$l\\"; rm -rf \\"\\$t\\"" 0;
  g() { ln "$1" "$l" 2>/dev/null || ( set -C; cat "$1" > "$l" ) 2>/dev/null; };
  until g "$t/own"; do
    o=$(head -n 1 "$l" 2>/dev/null); d=;
    case "$o" in
      "") [ $i -le 1 ] || d=1;;
      "$me-"*) kill -0 "\${o##*-}" 2>/dev/null || d=1;;
    esac;
    [ -z "$(find "$l" -mmin +${leftMinutes} 2>/dev/null)" ] || d=1;
    if [ -z "$d" ]; then :;
    elif ( set -C; : > "$l.breaking" ) 2>/dev/null; then [ "$(head -n 1 "$l" 2>/dev/null)" = "$o" ] && rm -f "$l"; rm -f "$l.breaking";
    elif [ -n "$(find "$l.breaking" -mmin +1 2>/dev/null)" ]; then rm -f "$l.breaking"; fi;
    i=$((i + 1)); [ $i -lt 60 ] || exit 86; sleep 1;
  done;`;
