#!/usr/bin/env bash
# Where: transformers 5.20.2 reading a config.json that transformers 5 itself wrote, after the long-context recipe of model cards.
#
# Many model cards (Qwen 2.5 and Qwen 3 among them) say how to get four times the context: add to config.json
#     "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}
# In a config of the years before 2025 the base frequency stands beside it, as `rope_theta: 1000000`. transformers 5 writes it
# into `rope_parameters` instead.
#
# A good guess: the recipe changes the kind of scaling and keeps the base frequency, whichever release wrote the file.
# Seen: in a file that transformers 4 wrote it does. In one that transformers 5 wrote, `rope_scaling` takes the place of the whole
# of `rope_parameters`: the base frequency becomes the default, 10000 in place of 1000000, and no message says so. The model
# loads and every position is rotated otherwise than in training.
#
# No torch is needed: the configuration alone shows it. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 TRANSFORMERS_VERBOSITY=error
unset PIP_FIND_LINKS
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet transformers==5.20.2
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json, sys
from transformers import AutoConfig, Qwen3Config

recipe = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}
Qwen3Config(max_position_embeddings=131072, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}).save_pretrained("new")
written = json.load(open("new/config.json"))

def theta_of(config):
    json.dump(config, open("new/config.json", "w"))
    read = AutoConfig.from_pretrained("new").rope_parameters
    assert read["rope_type"] == "yarn" and read["factor"] == 4.0, read
    return read["rope_theta"]

by_five = theta_of({**written, "rope_scaling": recipe})
old = {key: value for key, value in written.items() if key != "rope_parameters"}
by_four = theta_of({**old, "rope_theta": 1000000.0, "rope_scaling": recipe})
print(f"rope_theta after the recipe: {by_four:.0f} in a file of transformers 4, {by_five:.0f} in one of transformers 5")
sys.exit(0 if (by_four, by_five) == (1000000.0, 10000.0) else 1)
PYTHON
