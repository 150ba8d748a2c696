"""NVIDIA's cards that the gpuhunt of the installed dstack knows, as JSON: name, memory in GiB."""

import json

from gpuhunt._internal.constraints import KNOWN_NVIDIA_GPUS

print(json.dumps([[gpu.name, gpu.memory] for gpu in KNOWN_NVIDIA_GPUS]))
