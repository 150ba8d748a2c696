import { projectScript } from './project-script';

/** Makes the folder where files of scp arrive, empty. Lines: project. */
export const stageScript = projectScript(`
  d=$p/.just-lora/incoming;
  rm -rf "$d";
  mkdir -p "$d" || exit 81`);

/** Prints how many kB are free where files of scp arrive. Lines: project. */
export const freeScript = projectScript(`
  df -Pk "$p/.just-lora/incoming" 2>/dev/null | tail -n 1 | sed "s/^.* \\([0-9][0-9]*\\)  *[0-9-][0-9]*%.*$/\\1/"`);

/** Gives what has arrived its final names. stdin: project, the folder it goes to, then names with NUL between. */
export const placeScript = projectScript(`
  IFS= read -r f;
  mkdir -p "$p/$f" || exit 81;
  cd "$p/.just-lora/incoming" || exit 81;
  t=$p/$f; export t;
  xargs -0 sh -c "for n do mv -f -- \\"./\\$n\\" \\"\\$t/\\$n\\" || exit 255; done" sh`);
