import { projectScript } from './project-script';

/** Which pairs of names are one file that is there, two names of a hard link apart. Lines: project, one folder, then number, name, name. */
export const sameNamesScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" 2>/dev/null || exit 0;
  while IFS= read -r i && IFS= read -r a && IFS= read -r b; do
    if [ "./$a" -ef "./$b" ]; then
      if [ -d "./$a" ] || [ -n "$(find "./$a" -prune -links 1)" ]; then echo "same=$i"; fi;
    fi;
  done;
  exit 0`);

/** The same for names that are not there: they are made aside for a moment, and asked for. Lines as above. */
export const tryNamesScript = projectScript(`
  IFS= read -r f;
  d=$p/$f/.rsync-partial;
  t=$d/names.$$;
  mkdir -p "$t" || exit 81;
  while IFS= read -r i && IFS= read -r a && IFS= read -r b; do
    n=$t/$i/$a;
    mkdir -p "\${n%/*}";
    : > "$n";
    if [ -e "$t/$i/$b" ]; then echo "same=$i"; fi;
  done;
  rm -rf "$t"; rmdir "$d" 2>/dev/null;
  exit 0`);
