/**
 * What runs in the shell of the other side. The texts are constants and everything else comes on stdin, so
 * that nothing of a path or a name can ever be a command. POSIX sh, as dash, busybox and macOS have it, in one
 * line without single quotes and exclamation marks: it passes through the login shell there, csh and fish too.
 */
const oneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');

/** First line of stdin: the project's folder there. Sets `p`, absolute. */
const readProject = `
  IFS= read -r p;
  case "$p" in "~") p=$HOME;; "~/"*) p=$HOME/\${p#"~/"};; /*) ;; *) p=$HOME/$p;; esac;`;

/** Looks, and writes nothing. Further lines of stdin: the folders that are to travel. Prints `key=value` lines. */
export const lookScript = oneLine(`
  ${readProject}
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

/**
 * Takes the lock and makes the folders. Lines: project, token, owner, then `+FOLDER` for each folder to make
 * and `-PATTERN` for manifests that will no longer hold. A lock of the same owner is of a run that was killed,
 * since one project runs one push at a time; one that nobody has touched for a minute or more is of a dead machine.
 */
export const beginScript = oneLine(`
  ${readProject}
  IFS= read -r token; IFS= read -r owner;
  s=$p/.just-lora; l=$s/lock;
  mkdir -p "$s" || exit 81;
  if (set -C; printf "%s\\n%s\\n" "$token" "$owner" > "$l") 2>/dev/null; then echo fresh;
  elif [ -e "$l" ]; then
    h=$(sed -n 2p "$l");
    old=$(find "$l" -mmin +1 2>/dev/null);
    if [ "$h" = "$owner" ] || [ -n "$old" ] || [ -z "$h" ]; then printf "%s\\n%s\\n" "$token" "$owner" > "$l" || exit 82; echo broken;
    else echo "held=$h"; exit 0; fi;
  else printf "%s\\n%s\\n" "$token" "$owner" > "$l"; exit 82; fi;
  while IFS= read -r f; do
    case "$f" in
      +*) mkdir -p "$p/\${f#+}" || exit 81;;
      -*) find "$s/manifests" -name "\${f#-}" -exec rm -f {} + 2>/dev/null;;
    esac;
  done;
  echo locked`);

/** Says that the holder is alive. Lines: project, token. */
export const beatScript = oneLine(`
  ${readProject}
  IFS= read -r token;
  l=$p/.just-lora/lock;
  [ "$(sed -n 1p "$l")" = "$token" ] && touch "$l"`);

/** Gives the lock back. Lines: project, token, then folders to clear of what a broken transfer left. */
export const endScript = oneLine(`
  ${readProject}
  IFS= read -r token;
  while IFS= read -r f; do find "$p/$f/" -type d -name .rsync-partial -prune -exec rm -rf {} +; done;
  l=$p/.just-lora/lock;
  if [ "$(sed -n 1p "$l")" = "$token" ]; then rm -f "$l"; fi`);

/** How many files there are that could travel. Lines: project, then one folder. */
export const countScript = oneLine(`
  ${readProject}
  IFS= read -r f;
  cd "$p/$f" || exit 81;
  find . -type d -name .rsync-partial -prune -o -name .gitkeep -o -name .DS_Store -o -type f -print0 -o -type l -exec test -f {} \\; -print0 | tr -dc "\\000" | wc -c`);

/** Deletes. stdin: project, one folder, then names with NUL between: `-NAME` a file, `/NAME` a folder that is empty by then. */
export const deleteScript = oneLine(`
  ${readProject}
  IFS= read -r f;
  cd "$p/$f" || exit 81;
  xargs -0 sh -c "for n do case \\"\\$n\\" in -*) rm -f -- \\"./\\\${n#-}\\";; /*) rmdir -- \\"./\\\${n#/}\\" 2>/dev/null;; esac; done; exit 0" sh`);

/** All files of a folder with what tells that one has changed; GNU find. Lines: project, then one folder. */
export const listScript = oneLine(`
  ${readProject}
  IFS= read -r f;
  [ -f "$p/$f" ] && { find "$p/$f" -prune -printf "%s %T@ %C@ %i .\\0" 2>/dev/null || stat -f "%z %m %c %i ." "$p/$f"; };
  cd "$p/$f" 2>/dev/null || exit 0;
  if find . -maxdepth 0 -printf "" 2>/dev/null; then
    find . -type d -name .rsync-partial -prune -o -name .gitkeep -o -name .DS_Store -o -type d -o -printf "%s %T@ %C@ %i %P\\0";
  else
    find . -type d -name .rsync-partial -prune -o -name .gitkeep -o -name .DS_Store -o -type d -o -exec stat -f "%z %m %c %i %N%n" {} + | tr "\\n" "\\0";
  fi`);

/** Writes a file under `.just-lora`, whole. stdin: project, its name there, then the text. */
export const writeScript = oneLine(`
  ${readProject}
  IFS= read -r f;
  t=$p/.just-lora/$f;
  mkdir -p "\${t%/*}" || exit 81;
  cat > "$t.tmp" && mv -f "$t.tmp" "$t"`);

/** Prints a file under `.just-lora`. Lines: project, its name there. */
export const readScript = oneLine(`
  ${readProject}
  IFS= read -r f;
  cat "$p/.just-lora/$f" 2>/dev/null || true`);

/** The names of the run records there, the newest last. Lines: project. */
export const recordNamesScript = oneLine(`
  ${readProject}
  echo just-lora-begin;
  cd "$p/.just-lora/runs" 2>/dev/null && for f in *.json; do [ -f "$f" ] && echo "$f"; done | tail -n 200;
  echo just-lora-end`);

/** Run records, each behind a line with its name and its bytes; one of a megabyte is none. Lines: project, then names. */
export const recordsScript = oneLine(`
  ${readProject}
  cd "$p/.just-lora/runs" || exit 81;
  while IFS= read -r f; do
    n=$(($(wc -c < "$f")));
    if [ "$n" -lt 1000000 ]; then echo "record $f $n"; cat "$f"; echo; else echo "record $f 0"; echo; fi;
  done`);

/** Makes the folder where files of scp arrive, empty. Lines: project. */
export const stageScript = oneLine(`
  ${readProject}
  d=$p/.just-lora/incoming;
  rm -rf "$d";
  mkdir -p "$d" || exit 81`);

/** Gives what has arrived its final names. stdin: project, the folder it goes to, then names with NUL between. */
export const placeScript = oneLine(`
  ${readProject}
  IFS= read -r f;
  mkdir -p "$p/$f" || exit 81;
  cd "$p/.just-lora/incoming" || exit 81;
  t=$p/$f; export t;
  xargs -0 sh -c "for n do mv -f -- \\"./\\$n\\" \\"\\$t/\\$n\\" || exit 255; done" sh`);

/** Prints SHA-256 and name of files. stdin: project, one folder, then names with NUL between. */
export const hashScript = oneLine(`
  ${readProject}
  IFS= read -r f;
  cd "$p/$f" || exit 81;
  if command -v sha256sum >/dev/null 2>&1; then xargs -0 sha256sum --; else xargs -0 shasum -a 256 --; fi`);
