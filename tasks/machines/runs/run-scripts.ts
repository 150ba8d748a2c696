import { projectScript } from '../../sync/posix/scripts/project-script';

/* What is asked of runs without Node, by a shell. Linux: proc(5) tells of the processes. */

/**
 * Whether the process of a mark in `processes.json`, which `$1` names, is the one that it was; `n` is its number. One that has not said which
 * processes it is begins, for a minute: then it was killed before it could.
 */
const alive = `
  alive() {
    m=$(sed -n "s/.*\\"$1\\":{\\"pid\\":\\([0-9]*\\),\\"started\\":\\"\\([0-9]*\\)\\".*/\\1 \\2/p" "$d/processes.json" 2>/dev/null);
    [ -n "$m" ] || return 1;
    n=\${m%% *};
    [ "$(sed "s/^.*) //" "/proc/$n/stat" 2>/dev/null | cut -d" " -f20)" = "\${m#* }" ];
  };
  begins() { [ -d "$d" ] && [ -z "$(find "$d/info.json" -mmin +1 2>/dev/null)" ]; };
  same_boot() { grep -q "\\"boot\\":\\"$(cat /proc/sys/kernel/random/boot_id)\\"" "$d/processes.json" 2>/dev/null; };`;

/**
 * Asks a run to stop as Ctrl-C does: whoever asks knows of its end. Lines: project, run. Prints `asked`, `ended`, or `starting` where it has not said yet
 * which processes it is.
 */
export const stopScript = projectScript(`
  IFS= read -r id; d=$p/.just-lora/machine-runs/$id; ${alive}
  if same_boot && alive task; then kill -INT "$n" 2>/dev/null && : > "$d/told" && echo asked;
  elif same_boot && alive watcher; then echo starting;
  elif [ -e "$d/processes.json" ]; then echo ended;
  elif begins; then echo starting;
  else echo ended; fi`);

/** The runs that are kept, the newest last; one that has told its end is ended, though its watcher may be about to go. Of each a line with how it is and what it is, and one with its last events. Lines: project. */
export const runsScript = projectScript(`
  echo just-lora-begin; ${alive}
  cd "$p/.just-lora/machine-runs" 2>/dev/null && for i in *; do
    d=$p/.just-lora/machine-runs/$i;
    [ -f "$d/info.json" ] || continue;
    if [ -e "$d/processes.json" ]; then
      s=reboot;
      if same_boot; then
        s=ended;
        if tail -n 1 "$d/events" 2>/dev/null | grep -q "^{.event.:.ended"; then :;
        elif alive task || alive watcher; then s=work; fi;
      fi;
    elif begins; then s=starting; else s=ended; fi;
    printf "run %s %s\\n" "$s" "$(head -c 20000 "$d/info.json" | tr -d "\\n")";
    printf "end %s\\n" "$(tail -n 2 "$d/events" 2>/dev/null | tail -c 20000 | grep -e "^{.event.:.e" | tr "\\n" " ")";
  done;
  echo just-lora-end`);
