import { projectScript } from './project-script';

/** Adds to a file where files arrive. stdin: project, its name, then bytes. */
export const putScript = projectScript(`
  IFS= read -r n;
  cat >> "$p/.just-lora/incoming/$n"`);

/** Gives a file that has arrived its time and its mode. Lines: project, its name, the time as touch has it in UTC, the mode. */
export const stampScript = projectScript(`
  IFS= read -r n; IFS= read -r t; IFS= read -r m;
  cd "$p/.just-lora/incoming" || exit 81;
  chmod "$m" "./$n";
  TZ=UTC0 touch -m -t "$t" "./$n"`);

/** Prints a part of a file. Lines: project, one folder, the name in it, the first byte from 1, how many. */
export const getScript = projectScript(`
  IFS= read -r f; IFS= read -r n; IFS= read -r at; IFS= read -r most;
  cd "$p/$f" || exit 81;
  tail -c "+$at" "./$n" | head -c "$most"`);
