"""What dstack reads of a task, as JSON. Argument: the file."""

import json
import sys

import yaml
from dstack._internal.core.models.configurations import parse_run_configuration

with open(sys.argv[1]) as text:
    task = parse_run_configuration(yaml.safe_load(text))
print(task.model_dump_json())
