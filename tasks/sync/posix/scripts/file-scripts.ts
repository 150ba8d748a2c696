import { projectScript } from './project-script';

/** What never travels (compare/folders.ts), with what is below it, as find has it. */
const leftOut = '-name .rsync-partial -o -name .gitkeep -o -name .DS_Store -o -name "._*" -o -name Thumbs.db -o -name desktop.ini';

/** How many files there are that could travel. Lines: project, then one folder. */
export const countScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" || exit 81;
  find . \\( ${leftOut} \\) -prune -o -type f -print0 -o -type l -exec test -f {} \\; -print0 | tr -dc "\\000" | wc -c`);

/** Deletes. stdin: project, one folder, then names with NUL between: `-NAME` a file, `/NAME` a folder that is empty by then. */
export const deleteScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" || exit 81;
  xargs -0 sh -c "for n do case \\"\\$n\\" in -*) rm -f -- \\"./\\\${n#-}\\";; /*) rmdir -- \\"./\\\${n#/}\\" 2>/dev/null;; esac; done; exit 0" sh`);

/**
 * Says what stands at names, as `KIND NAME` with NUL behind: links are not followed, and what is not there is left out. stdin: project,
 * one folder, then names with NUL between.
 */
export const standingScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" 2>/dev/null || exit 0;
  xargs -0 sh -c "for n do if [ -L \\"./\\$n\\" ]; then k=link; elif [ -d \\"./\\$n\\" ]; then k=folder; elif [ -f \\"./\\$n\\" ]; then k=file; elif [ -e \\"./\\$n\\" ]; then k=other; else continue; fi; printf \\"%s %s\\0\\" \\$k \\"\\$n\\"; done; exit 0" sh`);

/** Says what lies below folders, each name with NUL behind: links are not followed. stdin: project, one folder, then names with NUL between. */
export const belowScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" 2>/dev/null || exit 0;
  xargs -0 sh -c "for n do find \\"./\\$n\\" -print0; done 2>/dev/null; exit 0" sh`);

/** Lists the folder `f` of a project, by GNU find or another one, with what tells that something has changed. @param what as find has it */
const listing = (what: string, single: string) => `
  ${single}
  cd "$p/$f" 2>/dev/null || exit 0;
  if find . -maxdepth 0 -printf "" 2>/dev/null; then
    find . \\( ${leftOut} \\) -prune -o ${what} -printf "%s %T@ %C@ %i %P\\0";
  else
    find . \\( ${leftOut} \\) -prune -o ${what} -exec stat -f "%z %m %c %i %N%n" {} + | tr "\\n" "\\0";
  fi`;
/** Of a folder that a line of stdin names. */
const ofOne = (text: string): string => projectScript(`IFS= read -r f; ${text}`);
/** What travels may be one file, or a link that leads to one: it lists itself. */
const single = 'then find "$p/$f" -prune -printf "%s %T@ %C@ %i .\\0" 2>/dev/null || stat -f "%z %m %c %i ." "$p/$f" | tr "\\n" "\\0"; fi;';

/** All files of a folder. Lines: project, then one folder. */
export const listScript = ofOne(listing('-type f', `if [ -L "$p/$f" ]; then :; elif [ -f "$p/$f" ]; ${single}`));

/** What is in a folder and is no file: links, pipes, sockets, devices. Lines: project, then one folder. */
export const othersScript = ofOne(listing('-type d -o -type f -o', `if [ -L "$p/$f" ] && [ -f "$p/$f" ]; ${single}`));

/** All of both, in the folder `f`. */
export const listingOfAll = listing('-type d -o', `if [ -f "$p/$f" ]; ${single}`);
/** {@link listingOfAll}. Lines: project, then one folder. */
export const allScript = ofOne(listingOfAll);

/**
 * Everything in the folder `f`, in `m` bytes at the most, by GNU find alone: `KIND SIZE MODIFIED CHANGED INODE NAME` with NUL behind, and
 * `x NAME` for what never travels, and `end` where all could be read.
 */
export const listingOfTree = `
  ( cd "$p/$f" 2>/dev/null && find . -maxdepth 0 -printf "tree\\0" 2>/dev/null || exit 0;
  ( find . -mindepth 1 \\( ${leftOut} \\) -prune -printf "x %P\\0" -o -mindepth 1 -printf "%y %s %T@ %C@ %i %P\\0" 2>/dev/null && printf "end\\0" ) | head -c "$m" )`;

/** Writes a file under `.just-lora`, whole. stdin: project, its name there, then the text. */
export const writeScript = projectScript(`
  IFS= read -r f;
  t=$p/.just-lora/$f;
  mkdir -p "\${t%/*}" || exit 81;
  cat > "$t.tmp" && mv -f "$t.tmp" "$t"`);

/** Prints a file under `.just-lora`. Lines: project, its name there. */
export const readScript = projectScript(`
  IFS= read -r f;
  cat "$p/.just-lora/$f" 2>/dev/null || true`);

/** Prints SHA-256 and name of files. stdin: project, one folder, then names with NUL between. */
export const hashScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" || exit 81;
  if command -v sha256sum >/dev/null 2>&1; then xargs -0 sha256sum --; else xargs -0 shasum -a 256 --; fi`);
