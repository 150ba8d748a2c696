"""Shows CUDA the cards that `npx just gpu` found good, and lets it count them as nvidia-smi does.

    from cards import use_proven_cards
    use_proven_cards()                     # before torch is imported

    eval "$(python scripts/cards.py)"      # the same for the programs of a shell

CUDA by itself counts the fastest card first and nvidia-smi by the PCI bus: on a machine of mixed cards a number means
another card to each. So the cards go by their UUID. They are in .just-lora/proofs/gpu.json, which `npx just
setup:remote` writes on this machine. A variable that is set already stays.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
VARIABLES = ("CUDA_DEVICE_ORDER", "CUDA_VISIBLE_DEVICES")


def card_variables(root: str | os.PathLike | None = None) -> dict[str, str]:
    """CUDA_DEVICE_ORDER, and CUDA_VISIBLE_DEVICES where cards were proven on this machine."""
    proof = Path(root or PROJECT_ROOT) / ".just-lora" / "proofs" / "gpu.json"
    try:
        cards = json.loads(proof.read_text(encoding="utf-8"))["data"]["cards"]
        found = {name: cards[name] for name in VARIABLES if isinstance(cards[name], str)}
    except (OSError, ValueError, KeyError, TypeError):
        found = {}
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", **found}


def use_proven_cards(root: str | os.PathLike | None = None) -> None:
    """Sets the variables for this process and those that it starts; too late once CUDA has begun."""
    for name, value in card_variables(root).items():
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    import shlex

    for name, value in card_variables().items():
        if name not in os.environ:
            print(f"export {name}={shlex.quote(value)}")
