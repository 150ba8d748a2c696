import { projectScript } from '../../../sync/posix/scripts/project-script';
import { temporaryFolder } from '../temporary-folder';
import { takeTurn } from './take-turn';

/** Holds what lies there to pairs of a name and its state, as `was` of {@link placeScript} has them. */
const sameStates = String.raw`
  xargs -0 -n 400 sh -c "while [ \$# -gt 1 ]; do
    f=\$p/\$1;
    case \"\$2\" in
      l*) [ -L \"\$f\" ] && [ \"l\$(printf %s \"\$(readlink \"\$f\")\" | sha256sum | head -c 64)\" = \"\$2\" ] || exit 255;;
      f) [ -L \"\$f\" ] && exit 255; [ -f \"\$f\" ] || exit 255;;
      *) if [ -L \"\$f\" ]; then exit 255; elif [ -d \"\$f\" ]; then [ \"\$2\" = d ] || exit 255; elif [ -e \"\$f\" ]; then exit 255; fi;;
    esac;
    shift 2;
  done; exit 0" sh < "$t/was" 2>/dev/null`;

/** Takes away what is ours, and the folders that are empty then. */
const removeAll = String.raw`
  xargs -0 sh -c "for n do
    rm -f \"\$p/\$n\" || exit 255;
    d=\$n;
    while :; do case \"\$d\" in */*) d=\${d%/*}; rmdir \"\$p/\$d\" 2>/dev/null || break;; *) break;; esac; done;
  done; exit 0" sh < "$t/remove"`;

/** A folder that is not there gets its place as a whole, else each of its files does. Nothing goes through a link. */
const placeAll = String.raw`
  ( cd "$t/files" && find . -type d -print0 | xargs -0 sh -c "for d do
    [ -d \"\$d\" ] || continue;
    [ -L \"\$p/\$d\" ] && { printf \"%s: Not a directory\n\" \"\$p/\$d\" >&2; exit 255; };
    [ -e \"\$p/\$d\" ] || { mv -fT \"\$d\" \"\$p/\$d\" 2>/dev/null && continue; };
    [ -d \"\$p/\$d\" ] || mkdir -p \"\$p/\$d\" || exit 255;
    set --;
    for f in \"\$d\"/* \"\$d\"/.*; do if [ -L \"\$f\" ] || [ -f \"\$f\" ]; then set -- \"\$@\" \"\$f\"; [ \$# -lt 200 ] || { mv -f \"\$@\" \"\$p/\$d/\" || exit 255; set --; }; fi; done;
    [ \$# -eq 0 ] || mv -f \"\$@\" \"\$p/\$d/\" || exit 255;
  done" sh )`;

/**
 * Gives what is sent its names. Lines: project, the SHA-256 of the list of what was sent last as the look saw it (- where there is
 * none), a name for the folder of copies. Then a tar under gzip:
 *
 * - `sums`: of what follows, which came whole
 * - `next`, `last`: the list of what was sent, for as long as files move, and afterwards
 * - `was`: what the look saw at each name that is replaced or removed, and at its folders; `hashes`: of the files among these. A person
 *   may have changed one while the files were on their way
 * - `keep`: what is copied aside; `remove`: what goes first; `free`: folders that are gone by then
 * - `files`: what is placed
 *
 * 86: another one was faster; 87: what lies there is not what the look saw.
 */
export const placeScript = projectScript(String.raw`
  IFS= read -r seen; IFS= read -r kept;
  s=$p/.just-lora;
  [ -d "$s" ] || { mkdir -p "$s" && chmod 700 "$s"; } || exit 81;
  [ -e "$s/.gitignore" ] || echo "*" > "$s/.gitignore";
  ${temporaryFolder}
  gzip -dc | tar xof - -C "$t" || exit 82;
  ( cd "$t" && sha256sum -c sums >/dev/null 2>&1 ) || exit 83;
  ${takeTurn}
  r=-; [ -e "$s/brought" ] && r=$(sha256sum < "$s/brought" | head -c 64);
  [ "$r" = "$seen" ] || exit 86;
  k=$s/kept/$kept; export p k;
  ${sameStates} || exit 87;
  [ -s "$t/hashes" ] && { ( cd "$p" && sha256sum -c "$t/hashes" >/dev/null 2>&1 ) || exit 87; };
  chmod 600 "$t/next" "$t/last"; mv -f "$t/next" "$s/brought" || exit 81;
  xargs -0 sh -c "for n do d=\"\$k/\$n\"; mkdir -p \"\${d%/*}\" && cp -pPR \"\$p/\$n\" \"\$d\" || exit 255; done" sh < "$t/keep" || exit 81;
  ${removeAll} || exit 81;
  xargs -0 sh -c "for n do [ -d \"\$p/\$n\" ] && exit 255; done; exit 0" sh < "$t/free" 2>/dev/null || exit 87;
  if [ -d "$t/files" ]; then ${placeAll} || exit 81; fi;
  mv -f "$t/last" "$s/brought"`);
