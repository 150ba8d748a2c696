#!/usr/bin/env bash
# Where: `accelerate launch --cpu --num_processes 2` of accelerate 1.15.0, with torch 2.10.0: a training of two processes tried without GPUs.
#
# A good guess: two processes begin, as with `--multi_gpu --num_processes 2` on two cards and as torchrun does with the same script on
# the processor; where that is not meant, the number is refused.
# Seen: one process begins, exit code 0, and with all options named no word of it. So what was to be shown before a machine is rented
# is not: 16 rows in batches of 2 are 8 steps and not 4, the effective batch is half of what was meant, and no part of the code that
# deals with several processes runs. Under torchrun the same script has two.
#
# Fetches torch (some GB). Needs Python 3.10 to 3.13. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 CUDA_VISIBLE_DEVICES='' HF_HOME="$folder/hf"
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.10.0 'numpy<3' accelerate==1.15.0
cd "$folder"
cat >steps.py <<'PYTHON'
from accelerate import Accelerator
from torch.utils.data import DataLoader

accelerator = Accelerator(cpu=True)
steps = len(accelerator.prepare(DataLoader(list(range(16)), batch_size=2)))
if accelerator.is_main_process:
    print("processes %d, steps %d" % (accelerator.num_processes, steps), flush=True)
PYTHON
bin=$folder/venv/bin
{
  echo 'accelerate launch:'
  "$bin/accelerate" launch --cpu --num_processes 2 --num_machines 1 --mixed_precision no --dynamo_backend no steps.py 2>&1
  echo 'torchrun:'
  "$bin/torchrun" --nproc_per_node 2 steps.py 2>&1 | grep "steps "
} | tee out
printf '%s\n' 'accelerate launch:' 'processes 1, steps 8' 'torchrun:' 'processes 2, steps 4' | diff - out
