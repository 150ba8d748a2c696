#!/usr/bin/env bash
# Where: SkyPilot 0.14.1, a folder under `file_mounts`, packed for an API server on another machine. Beside it dstack 0.22.5, `files`.
#
# Rows of a training lie in a folder that git ignores, and are named in the task's file for that reason: `~/rows: ./rows`.
#
# A good guess: the folder arrives with what is in it, or not at all. An empty file more in it is an empty file more there.
# Seen: SkyPilot asks git which files of the folder are ignored. Where all of it is, it says so and sends everything. Once git tracks
# one file in it, the usual `.gitkeep` of a folder that should be there in every clone, it leaves out all the others without a word:
# the folder arrives with `.gitkeep` alone. dstack reads the same .gitignore otherwise: what `/rows/*` names is left out in both cases,
# what `/rows` names is sent in both.
#
# What arrives, by the line in .gitignore:    SkyPilot            SkyPilot with .gitkeep     dstack
#     /rows/*                                 the rows            .gitkeep                   no rows
#     /rows                                   the rows            .gitkeep                   the rows
#
# Needs git and Python 3.11 to 3.13. Nothing is rented and no server is asked. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 HOME="$folder/home"
unset PIP_FIND_LINKS PYTHONPATH
mkdir "$HOME"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet skypilot==0.14.1 dstack==0.22.5
mkdir -p "$folder/project/rows"
cd "$folder/project"
git init --quiet
echo '{"text": "one"}' >rows/train.jsonl
cat >"$folder/sent.py" <<'PYTHON'
import io, os, sys, tarfile, zipfile

rows = os.path.abspath("rows")
if sys.argv[1] == "skypilot":
    from sky.data import storage_utils

    storage_utils.zip_files_and_folders([rows], "../sent.zip")
    names = zipfile.ZipFile("../sent.zip").namelist()
else:
    from dstack._internal.utils.files import create_file_archive

    archive = io.BytesIO()
    create_file_archive(rows, archive)
    archive.seek(0)
    names = tarfile.open(fileobj=archive).getnames()
print(*sorted(name for name in map(os.path.basename, names) if name not in ("", "rows")))
PYTHON
sent() { "$folder/venv/bin/python" "$folder/sent.py" "$1" 2>/dev/null | tail -n 1; }
for line in '/rows/*' '/rows'; do
  echo "$line" >.gitignore
  rm -f rows/.gitkeep
  git rm --quiet --cached --ignore-unmatch rows/.gitkeep
  for engine in skypilot dstack; do echo "$line, $engine: $(sent $engine)"; done
  touch rows/.gitkeep
  git add --force rows/.gitkeep
  for engine in skypilot dstack; do echo "$line, tracked .gitkeep, $engine: $(sent $engine)"; done
done | tee "$folder/found"
grep -qxF '/rows/*, skypilot: train.jsonl' "$folder/found"
grep -qxF '/rows/*, tracked .gitkeep, skypilot: .gitkeep' "$folder/found"
grep -qxF '/rows/*, dstack: ' "$folder/found"
grep -qxF '/rows, skypilot: train.jsonl' "$folder/found"
grep -qxF '/rows, tracked .gitkeep, skypilot: .gitkeep' "$folder/found"
grep -qxF '/rows, tracked .gitkeep, dstack: .gitkeep train.jsonl' "$folder/found"
