"""What SkyPilot sends of a folder or file to an API server on another machine, as JSON. Argument: its absolute path."""

import json
import os
import sys
import tempfile
import zipfile

from sky.data import storage_utils

item = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    archive = os.path.join(folder, "sent.zip")
    storage_utils.zip_files_and_folders([item], archive)
    names = zipfile.ZipFile(archive).namelist()
project = item.split("/data/")[0].lstrip("/") + "/"
print(json.dumps(sorted(name.replace(project, "") for name in names)))
