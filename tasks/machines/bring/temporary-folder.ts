/**
 * Words for scripts of a machine: `me` is this host, and the container on it, in whose numbers of processes ours is told. A home or a
 * project may lie on a disk that several login nodes share, each with processes of its own. Without `-`, which stands before the number.
 */
const whichHost = 'me=$(printf "%s_%s" "$(uname -n)" "$(readlink /proc/self/ns/pid 2>/dev/null)" | tr -c "A-Za-z0-9." "_");';

/** Minutes after which what a run of another host has left is nobody's: nothing tells whether its process lives. */
const leftMinutes = 24 * 60;

/**
 * A folder of this run alone below `s`, `t`, which is gone at its end; those of runs that were killed go too. What is in it gets its
 * name once it is whole. `me` is as {@link whichHost} has it.
 */
export const temporaryFolder = `
  umask 022;
  ${whichHost}
  mkdir -p "$s" || exit 81;
  for o in "$s"/.coming-*; do
    [ -d "$o" ] || continue;
    case "$o" in
      "$s/.coming-$me-"*) kill -0 "\${o##*-}" 2>/dev/null || rm -rf "$o";;
      *) [ -z "$(find "$o" -prune -mmin +${leftMinutes} 2>/dev/null)" ] || rm -rf "$o";;
    esac;
  done;
  t=$s/.coming-$me-$$;
  trap "rm -rf \\"\\$t\\"" 0;
  trap "exit 129" HUP; trap "exit 130" INT; trap "exit 141" PIPE; trap "exit 143" TERM;
  rm -rf "$t"; mkdir "$t" || exit 81;`;
