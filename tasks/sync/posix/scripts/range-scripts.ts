import { projectScript } from './project-script';

/**
 * Makes files that ranges arrive in. Lines: project, a folder of it; then with NUL between `MODE …/.rsync-partial/NAME`, the mode in octal:
 * rsync, which takes no permissions along, gives a new file that of its source within the umask, and leaves that of one that is there.
 * Prints the numbers, from 1, of those that nothing is of yet, in folders that are there.
 */
export const openRangesScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" 2>/dev/null || exit 0;
  u=$(umask); umask 077; export u;
  xargs -0 sh -c "i=0; for n do i=\\$((i + 1)); m=\\\${n%% *}; n=\\\${n#* }; d=./\\\${n%/*}; [ -e \\"./\\$n\\" ] && continue; [ -L \\"./\\$n\\" ] && continue; [ -L \\"\\$d\\" ] && continue; [ -d \\"\\\${d%/*}\\" ] || continue; [ -d \\"\\$d\\" ] || mkdir \\"\\$d\\"; : > \\"./\\$n\\" && chmod \\$(printf %o \\$((0\\$m & ~0\\$u))) \\"./\\$n\\" && echo \\"new=\\$i\\"; done 2>/dev/null; exit 0" sh`);

/** Prints the modes of files, in octal, in their order. Lines: project, a folder of it; then names with NUL between. GNU stat, or BSD's. */
export const modesScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" 2>/dev/null || exit 0;
  xargs -0 sh -c "for n do stat -c %a \\"./\\$n\\" 2>/dev/null || stat -f %Lp \\"./\\$n\\" 2>/dev/null || echo; done" sh`);

/**
 * Writes ranges into files, as many as come. Lines: project, a folder of it; then for each range the file, MiB before it and MiB of it,
 * and its bytes behind these. They are no text: the shell reads lines byte by byte, and dd takes no more than its own.
 */
export const writeRangesScript = projectScript(`
  IFS= read -r f; cd "$p/$f" || exit 81;
  while IFS= read -r n && IFS= read -r k && IFS= read -r c; do
  dd of="./$n" bs=1048576 seek="$k" count="$c" iflag=fullblock conv=notrunc 2>/dev/null || exit 82;
  done`);

/**
 * Prints ranges of files, one behind the other. Lines: project, a folder of it; then for each range the file, MiB before it and MiB of
 * it. An empty line ends it. A file that is shorter by now would shift all that follows, so it ends it too.
 */
export const readRangesScript = projectScript(`
  IFS= read -r f; cd "$p/$f" || exit 81;
  while IFS= read -r n && [ -n "$n" ] && IFS= read -r k && IFS= read -r c; do
  [ -n "$(find "./$n" -prune -type f -size +$(((k + c) * 1048576 - 1))c)" ] || exit 82;
  dd if="./$n" bs=1048576 skip="$k" count="$c" 2>/dev/null || exit 82;
  done`);
