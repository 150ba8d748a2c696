#!/usr/bin/env bash
# What a person would write instead of just-lora: looks at nothing, and does everything each time.
set -e
"${PYTHON310:-python3.10}" -m venv .venv-script
.venv-script/bin/python -m pip install --quiet --upgrade pip
.venv-script/bin/python -m pip install --quiet -r requirements-local.txt
df -h .
.venv-script/bin/python -m pip list
