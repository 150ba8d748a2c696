#!/usr/bin/env bash
# Where: a checkpoint of a training by several processes on the processor (gloo), gone on from with torch 2.1.2 and 2.13.0.
#
# accelerate gives each process of such a training the device `cpu:0`, `cpu:1`, …, and Trainer of transformers hands the device of a
# process to `torch.load(map_location=…)` where there are several (it says `cpu` where there is one): for the optimizer of a checkpoint.
#
# A good guess: `cpu:0` is the processor. Tensors can be made on it, and moved to it, with either release.
# Seen: torch 2.1.2 makes a tensor on `cpu:0`, and loads none onto it: an AssertionError says that a module for HPU, the cards of another
# maker, is not loaded. So the first run of two processes writes its checkpoints, and the second one ends when it reads them. With one
# process the same checkpoint is read. 2.13.0 loads it.
#
# Fetches torch twice (some GB). Needs Python 3.10 or 3.11. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
cd "$folder"
cat >try.py <<'PYTHON'
import os
import sys

import torch
from accelerate import PartialState
from torch.multiprocessing import spawn

def of_process(rank, port):
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=port)
    device = PartialState(cpu=True, backend="gloo").device
    if rank == 1:
        return
    made = torch.ones(3, device=device)
    torch.save(made, "tensor.pt")
    try:
        torch.load("tensor.pt", map_location=device, weights_only=True)
        how = "loaded"
    except Exception as error:
        how = "%s: %s" % (type(error).__name__, error)
    again = torch.load("tensor.pt", map_location="cpu", weights_only=True)
    print("%s: device %s, made there %s, %s, onto cpu %s" % (torch.__version__.split("+")[0], device, made.sum().item(), how, again.sum().item()))

if __name__ == "__main__":
    spawn(of_process, args=(sys.argv[1],), nprocs=2)
PYTHON
port=29511
for release in '2.1.2 0.34.2 numpy<2' '2.13.0 1.15.0 numpy'; do
  read -r torch accelerate numpy <<<"$release"
  "${PYTHON:-python3}" -m venv "$torch"
  "$torch/bin/pip" install --quiet "torch==$torch" "accelerate==$accelerate" "$numpy"
  "$torch/bin/python" try.py "$port" 2>/dev/null
  rm -rf "$torch"
  port=$((port + 1))
done | tee out
printf '%s\n' \
  '2.1.2: device cpu:0, made there 3.0, AssertionError: HPU device module is not loaded, onto cpu 3.0' \
  '2.13.0: device cpu:0, made there 3.0, loaded, onto cpu 3.0' | diff - out
