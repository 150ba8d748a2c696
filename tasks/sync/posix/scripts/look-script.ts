import type { AskedList } from '../../compare/worth-a-list';
import { listingOfTree } from './file-scripts';
import { projectScript } from './project-script';

/**
 * What {@link lookScript} is told.
 * @param folders that are to travel
 * @param listed those of them of which it lists what is there
 */
export const lookLines = (path: string, folders: readonly string[], listed: readonly AskedList[]): string[] => [
  path,
  ...folders,
  '',
  ...listed.flatMap(({ name, mostBytes }) => [String(mostBytes), name]),
];

/**
 * Looks, and writes nothing. Prints `key=value` lines, by `printf`: the `echo` of some shells makes a line break of a backslash and an
 * n; then the lists, each behind a mark of its own.
 */
export const lookScript = projectScript(`
  echo just-lora-begin;
  printf "home=%s\\n" "$HOME";
  printf "shell=%s\\n" "$SHELL";
  printf "path=%s\\n" "$p";
  n=$p;
  until [ -e "$n" ]; do n=\${n%/*}; [ -n "$n" ] || n=/; done;
  printf "nearest=%s\\n" "$n";
  [ -d "$n" ] && echo "folder=yes";
  [ -w "$n" ] && [ -x "$n" ] && echo "writable=yes";
  real=$(cd "$n" 2>/dev/null && pwd -P);
  printf "real=%s\\n" "$real";
  printf "inode=%s\\n" "$([ -n "$real" ] && ls -di "$real" 2>/dev/null | head -n 1 | sed "s/^ *\\([0-9]*\\) .*$/\\1/")";
  printf "boot=%s\\n" "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)";
  printf "rsync=%s\\n" "$(rsync --version 2>&1 | head -n 1)";
  command -v rsync >/dev/null 2>&1 && echo "has_rsync=yes";
  echo "free_kb=$(df -Pk "$n" 2>/dev/null | tail -n 1 | sed "s/^.* \\([0-9][0-9]*\\)  *[0-9-][0-9]*%.*$/\\1/")";
  echo "now=$(date +%s)";
  [ -e "$p/.just-lora/lock" ] && echo "lock=yes";
  while IFS= read -r f; do
    [ -n "$f" ] || break;
    if [ -d "$p/$f" ]; then
      w=no; [ -w "$p/$f" ] && w=yes;
      k=folder; [ -z "$(find "$p/$f/." -name . -o -print -prune 2>&1 | head -c 1)" ] && k=empty;
      printf "item=%s %s %s\\n" "$k" "$w" "$f";
    elif [ -e "$p/$f" ]; then printf "item=file yes %s\\n" "$f";
    elif [ -L "$p/$f" ]; then printf "item=dangling yes %s\\n" "$f";
    else printf "item=missing yes %s\\n" "$f"; fi;
  done;
  echo just-lora-end;
  while IFS= read -r m && IFS= read -r f; do printf "\\0list\\0"; ${listingOfTree}; done; true`);
