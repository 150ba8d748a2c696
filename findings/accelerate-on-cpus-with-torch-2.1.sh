#!/usr/bin/env bash
# Where: several processes on the processor (gloo) under accelerate 0.25.0, 0.29.3 and 0.34.2, with torch 2.1.2.
#
# All three releases ask for torch 1.10 or newer. A process asks accelerate for its device, makes a tensor there, saves it, and loads it
# onto that device again: as Trainer of transformers does with the optimizer of a checkpoint where there are several processes.
#
# A good guess: a release of accelerate changes nothing about that; `cpu:0` is the processor, where torch 2.1.2 makes tensors too.
# Seen: with 0.25.0 the device is `cpu`, and the tensor is loaded. With 0.29.3 it is `cpu:0`, and torch 2.1.2 loads nothing onto it: an
# AssertionError says that a module for HPU, the cards of another maker, is not loaded. So a first run of two processes trains and
# writes its checkpoints, and the second one ends where it reads them. With 0.34.2 no process begins: an AttributeError, since
# `torch.cpu.set_device` came with a later torch. One process alone works with each of them.
#
# Fetches torch (some GB). Needs Python 3.10 or 3.11. Exits with 1 when that has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 CUDA_VISIBLE_DEVICES=
unset PIP_FIND_LINKS PYTHONPATH
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.1.2 'numpy<2' psutil pyyaml packaging 'huggingface-hub==0.25.2' safetensors==0.4.5
cd "$folder"
cat >try.py <<'PYTHON'
import os
import socket

import torch
from torch.multiprocessing import spawn

def of_process(rank, port):
    from accelerate import PartialState, __version__

    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    device = "no device"
    try:
        device = PartialState(cpu=True, backend="gloo").device
        file = "tensor-%d.pt" % rank
        torch.save(torch.ones(3, device=device), file)
        torch.load(file, map_location=device, weights_only=True)
        how = "loaded"
    except Exception as error:
        how = "%s: %s" % (type(error).__name__, error)
    if rank == 0:
        print("accelerate %s: %s, %s" % (__version__, device, how), flush=True)

if __name__ == "__main__":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    spawn(of_process, args=(port,), nprocs=2)
PYTHON
for version in 0.25.0 0.29.3 0.34.2; do
  "$folder/venv/bin/pip" install --quiet --no-deps --target "$version" "accelerate==$version"
  PYTHONPATH="$folder/$version" "$folder/venv/bin/python" try.py 2>/dev/null
done | tee out
printf '%s\n' \
  'accelerate 0.25.0: cpu, loaded' \
  'accelerate 0.29.3: cpu:0, AssertionError: HPU device module is not loaded' \
  "accelerate 0.34.2: no device, AttributeError: module 'torch.cpu' has no attribute 'set_device'" | diff - out
