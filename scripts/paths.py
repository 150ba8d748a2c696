"""Where the project keeps its data, models and adapters, as the tasks of just-lora see it.

    from paths import DATA_RAW, MODELS_DIR

    python scripts/paths.py --env=remote     # all of them, as JSON

The paths come from configs/paths_config.json, from configs/paths_config.local.yaml or .remote.yaml on
this machine, and from variables such as JUST_LORA_PATHS__MODELS_DIR; JUST_LORA_ENV says which machine this is.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
try:
    from config_loader import ENVIRONMENTS, PROJECT_ROOT, ConfigError, load_paths_config
finally:
    sys.path.pop(0)


def project_paths(environment: str | None = None, root: str | os.PathLike | None = None) -> dict[str, Path]:
    """Absolute paths by setting: `~` is the home folder, relative ones start at the project."""
    base = Path(root) if root is not None else PROJECT_ROOT
    settings = load_paths_config(environment, root)
    return {name: _absolute(base, value) for name, value in settings.items()}


def _absolute(base: Path, value: str) -> Path:
    home = os.environ.get("HOME") or str(Path.home())
    if value == "~" or value.startswith("~/"):
        value = os.path.join(home, value[2:])
    # normpath and not resolve: a folder that is a link keeps its own name, as the tasks show it.
    return Path(os.path.normpath(base / value))


def _main() -> None:
    import argparse

    parser = argparse.ArgumentParser(description="Print the paths of the project as JSON")
    parser.add_argument("--env", choices=ENVIRONMENTS, help="local or remote; JUST_LORA_ENV and local otherwise")
    try:
        paths = project_paths(parser.parse_args().env)
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    print(json.dumps({name: str(path) for name, path in paths.items()}, indent=2))
    sys.exit(0)


if __name__ == "__main__":
    _main()

_paths = project_paths()

DATA_RAW = _paths["data_raw"]
DATA_PROCESSED = _paths["data_processed"]
DATA_SYNTHETIC = _paths["data_synthetic"]
MODELS_DIR = _paths["models_dir"]
ADAPTERS_DIR = _paths["adapters_dir"]
# For the Hugging Face libraries, before they are imported: os.environ.setdefault("HF_HOME", str(HF_HOME))
HF_HOME = _paths["hf_home"]
HF_CACHE_DIR = HF_HOME / "hub"
