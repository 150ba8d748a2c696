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

/** Prints SHA-256 and name of files. stdin: project, one folder, then names with NUL between. */
export const hashScript = projectScript(`
  IFS= read -r f;
  cd "$p/$f" || exit 81;
  if command -v sha256sum >/dev/null 2>&1; then xargs -0 sha256sum --; else xargs -0 shasum -a 256 --; fi`);
