import { projectScript } from './project-script';

/** The names of the run records there, the newest last. Lines: project. */
export const recordNamesScript = projectScript(`
  echo just-lora-begin;
  cd "$p/.just-lora/runs" 2>/dev/null && for f in *.json; do [ -f "$f" ] && printf "%s\\n" "$f"; done | tail -n 200;
  echo just-lora-end`);

/** Run records, each behind a line with its name and its bytes; one of a megabyte is none. Lines: project, then names. */
export const recordsScript = projectScript(`
  cd "$p/.just-lora/runs" || exit 81;
  while IFS= read -r f; do
    n=$(($(wc -c < "./$f")));
    if [ "$n" -lt 1000000 ]; then echo "record $f $n"; cat "./$f"; echo; else echo "record $f 0"; echo; fi;
  done`);
