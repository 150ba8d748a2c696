import { nodeTest } from '../../../knowledge/node-needed';

/**
 * The part of a script for the other side that tells what a machine is. Writes nothing. Lines: the version of Node that is brought, the hash of the app.
 *
 * The files of the app are held to their sizes beside the rest.
 *
 * A Node that just-lora runs on is looked for in the order of what asking costs, and the first one ends it: the one that was brought,
 * which somebody needed, PATH, the usual places of nvm, conda and others, then what a login shell knows, with its modules. One that has
 * not started just-lora yet (`app/HASH/node` names the one that has) is to run a program: that takes longer than to tell its version,
 * and a broken one may tell that. What does not end is killed: it may hear no other signal.
 */
export const describeMachine = `
  IFS= read -r pinned; IFS= read -r app;
  echo just-lora-begin;
  s=$HOME/.cache/just-lora;
  printf "home=%s\\n" "$HOME";
  printf "path=%s\\n" "$p";
  printf "system=%s\\n" "$(uname -s)";
  printf "machine=%s\\n" "$(uname -m)";
  c=$(getconf GNU_LIBC_VERSION 2>/dev/null) || c=$(ldd --version 2>&1 | head -n 1);
  printf "libc=%s\\n" "$c";
  for a in project state; do
    n=$p; [ $a = state ] && n=$s;
    until [ -e "$n" ]; do n=\${n%/*}; [ -n "$n" ] || n=/; done;
    [ $a = project ] && e=$n;
    printf "%s_nearest=%s\\n" $a "$n";
    [ -d "$n" ] && echo "\${a}_folder=yes";
    [ -w "$n" ] && [ -x "$n" ] && echo "\${a}_writable=yes";
    d=$(df -Pk "$n" 2>/dev/null | tail -n 1);
    printf "%s_free_kb=%s\\n" $a "$(printf "%s" "$d" | sed "s/^.* \\([0-9][0-9]*\\)  *[0-9-][0-9]*%.*$/\\1/")";
    m=$(printf "%s" "$d" | sed "s/^.*%  *//");
    printf "%s_mount=%s\\n" $a "$m";
    while read -r x q t o y; do [ "$q" = "$m" ] && k=$o; done 2>/dev/null </proc/self/mounts;
    printf "%s_options=%s\\n" $a "$k";
    k=;
  done;
  a=$s/app/$app;
  { [ -s "$a/SIZES" ] && cd "$a" && [ "$(cut -d " " -f 2- SIZES | tr "\\n" "\\0" | xargs -0 stat -c "%s %n" 2>/dev/null | sha256sum)" = "$(sha256sum < SIZES)" ] && echo app=yes; } &
  printf "boot=%s\\n" "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)";
  e=$(cd -P "$e" 2>/dev/null && pwd -P);
  set --;
  while [ -n "$e" ]; do set -- "$@" "$e"; e=\${e%/*}; done;
  stat -c "above=%d:%i" "$@" / 2>/dev/null;
  if [ -d "$p" ]; then echo at=folder; [ -e "$p/.git" ] && echo git=yes;
  elif [ -e "$p" ] || [ -L "$p" ]; then echo at=other;
  else echo at=missing; fi;
  w=; command -v timeout >/dev/null 2>&1 && w="timeout -s KILL 10";
  o=$(head -n 1 "$s/app/$app/node" 2>/dev/null);
  t() {
    [ -n "$1" ] && [ -x "$1" ] || return 1;
    q="-p process.version"; [ "$1" -ef "$o" ] && q=--version;
    v=$($w "$1" $q 2>/dev/null </dev/null | head -n 1);
    printf "node=%s %s\\n" "$v" "$1";
    v=\${v#v}; a=\${v%%.*}; v=\${v#*.}; b=\${v%%.*};
    ${nodeTest}
  };
  f() {
    t "$s/node/$pinned/bin/node" && return 0;
    t "$(command -v node)" && return 0;
    for g in "$HOME"/.nvm/versions/node/*/bin/node "$HOME"/.local/share/fnm/node-versions/*/installation/bin/node "$HOME"/.volta/tools/image/node/*/bin/node "$HOME"/.local/bin/node "$HOME"/n/bin/node "$HOME"/*conda3/bin/node "$HOME"/*forge*/bin/node "$HOME"/*conda3/envs/*/bin/node "$HOME"/*forge*/envs/*/bin/node /opt/*conda*/bin/node /opt/*forge*/bin/node /usr/local/bin/node /opt/node*/bin/node /snap/bin/node; do
      [ -x "$g" ] && t "$g" && return 0;
    done;
    case "\${SHELL##*/}" in bash|zsh|sh|dash|ksh|fish) ;; *) return 1;; esac;
    g=$($w "$SHELL" -l -c "command -v node" 2>/dev/null </dev/null | tail -n 1);
    case "$g" in /*) t "$g" && return 0;; esac;
    case "\${SHELL##*/}" in fish) return 1;; esac;
    g=$($w "$SHELL" -l -c "command -v module >/dev/null 2>&1 && { module load nodejs || module load node || module load NodeJS; } >/dev/null 2>&1; command -v node" 2>/dev/null </dev/null | tail -n 1);
    case "$g" in /*) t "$g" && return 0;; esac;
    return 1;
  };
  if f; then echo "found=yes"; else
    for y in python3 python; do
      y=$(command -v $y) || continue;
      printf "python=%s\\n" "$y";
      $w "$y" -c "import pip" >/dev/null 2>&1 </dev/null && echo "fetches=pip" || { $w "$y" -c "import ensurepip" >/dev/null 2>&1 </dev/null && echo "fetches=ensurepip"; };
      break;
    done;
    for y in "$(command -v uv)" "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv"; do [ -x "$y" ] && { printf "uv=%s\\n" "$y"; break; }; done;
  fi;
  wait;
  echo just-lora-end;`;
