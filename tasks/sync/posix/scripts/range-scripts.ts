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

/** Writes bytes into the middle of a file. Lines: project, a folder of it, where the file arrives, MiB before the first byte. Then the bytes. */
export const writeRangeScript = projectScript(`
  IFS= read -r f; IFS= read -r n; IFS= read -r k;
  cd "$p/$f" || exit 81;
  dd of="./$n" bs=1048576 seek="$k" conv=notrunc 2>/dev/null || exit 82`);

/** Prints bytes of the middle of a file. Lines: project, a folder of it, a file, MiB before the first byte, MiB. */
export const readRangeScript = projectScript(`
  IFS= read -r f; IFS= read -r n; IFS= read -r k; IFS= read -r c;
  cd "$p/$f" || exit 81;
  dd if="./$n" bs=1048576 skip="$k" count="$c" 2>/dev/null || exit 82`);
