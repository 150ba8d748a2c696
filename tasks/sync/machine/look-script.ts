import { projectScript } from './script';

/** Looks, and writes nothing. Further lines of stdin: the folders that are to travel. Prints `key=value` lines. */
export const lookScript = projectScript(`
  echo just-lora-begin;
  echo "home=$HOME";
  echo "path=$p";
  n=$p;
  until [ -e "$n" ]; do n=\${n%/*}; [ -n "$n" ] || n=/; done;
  echo "nearest=$n";
  [ -d "$n" ] && echo "folder=yes";
  [ -w "$n" ] && [ -x "$n" ] && echo "writable=yes";
  real=$(cd "$n" 2>/dev/null && pwd -P);
  echo "real=$real";
  echo "rsync=$(rsync --version 2>&1 | head -n 1)";
  command -v rsync >/dev/null 2>&1 && echo "has_rsync=yes";
  echo "free_kb=$(df -Pk "$n" 2>/dev/null | tail -n 1 | sed "s/^.* \\([0-9][0-9]*\\)  *[0-9-][0-9]*%.*$/\\1/")";
  echo "now=$(date +%s)";
  [ -e "$p/.just-lora/lock" ] && echo "lock=yes";
  while IFS= read -r f; do
    if [ -d "$p/$f" ]; then
      w=no; [ -w "$p/$f" ] && w=yes;
      echo "item=folder $w $f";
    elif [ -e "$p/$f" ]; then echo "item=file yes $f";
    elif [ -L "$p/$f" ]; then echo "item=dangling yes $f";
    else echo "item=missing yes $f"; fi;
  done;
  echo just-lora-end`);
