"""What SkyPilot reads of a task, as JSON. Arguments: the project's folder, the file."""

import json
import os
import sys

project, file = sys.argv[1:]
os.chdir(project)
import sky  # noqa: E402

task = sky.Task.from_yaml(file)
resources = task.resources
print(
    json.dumps(
        {
            "name": task.name,
            "workdir": task.workdir,
            "ordered": isinstance(resources, list),
            "cards": sorted(name for each in resources for name in each.accelerators),
            "counts": sorted({count for each in resources for count in each.accelerators.values()}),
            "disk": sorted({each.disk_size for each in resources}),
            "mounts": task.file_mounts,
            "kept": {place: [kept.source, kept.mode.value] for place, kept in task.storage_mounts.items()},
            "envs": task.envs,
            "secrets": sorted([*task.secrets, *(ref.name for ref in task._managed_secret_refs)]),
            "setup": task.setup,
            "run": task.run,
        }
    )
)
