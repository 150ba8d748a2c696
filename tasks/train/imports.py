"""Imports each library of the training environment and does a line of work with it.

    python imports.py SECONDS LIBRARY...

Prints a JSON line when it begins with a library and one when it is done. Installed is not importable:
`import torch` succeeds with a numpy that it cannot use, and a Trainer breaks only when it is imported.
"""
import faulthandler
import importlib
import importlib.metadata
import json
import os
import re
import sys
import traceback


def torch():
    import numpy
    import torch

    product = torch.from_numpy(numpy.eye(3, dtype="float32")) @ torch.ones(3, 3)
    assert product.numpy().sum() == 9.0, product
    return {"did": "multiplied, and handed an array to numpy and back", "cuda": torch.version.cuda}


def transformers():
    from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer  # noqa: F401

    return "imported models, tokenizers and Trainer"


def tokenizers():
    from tokenizers import Tokenizer, models

    assert Tokenizer(models.BPE({"a": 0}, [])).encode("a").ids == [0]
    return "made a tokenizer"


def peft():
    from peft import LoraConfig

    assert LoraConfig(r=4).r == 4
    return "made a LoRA configuration"


def trl():
    from trl import SFTTrainer  # noqa: F401

    return "imported SFTTrainer"


def accelerate():
    from accelerate import Accelerator  # noqa: F401

    return "imported Accelerator"


def datasets():
    from datasets import Array2D, Dataset, Features, Value

    # Array2D breaks first where pyarrow is too new.
    features = Features({"text": Value("string"), "grid": Array2D(shape=(1, 2), dtype="int32")})
    data = Dataset.from_dict({"text": ["sun"], "grid": [[[1, 2]]]}, features=features)
    assert data[0]["grid"] == [[1, 2]], data[0]
    return "wrote and read a dataset with arrays"


WORK = {work.__name__: work for work in (torch, transformers, tokenizers, peft, trl, accelerate, datasets)}


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def modules_of(library):
    found = [
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if library in map(normalized, owners) and module.isidentifier() and not module.startswith("_")
    ]
    return sorted(found) or [library.replace("-", "_")]


def tried(library):
    result = {"library": library, "ok": True}
    try:
        result["version"] = importlib.metadata.version(library)
        if library in WORK:
            did = WORK[library]()
            result.update(did if isinstance(did, dict) else {"did": did})
        else:
            modules = modules_of(library)
            for module in modules:
                importlib.import_module(module)
            result["did"] = "imported " + ", ".join(modules)
    except importlib.metadata.PackageNotFoundError:
        result.update(ok=False, error="is not installed")
    except BaseException as error:
        # Libraries that load lazily wrap the first cause in one of their own: all of the chain is told.
        text, seen = [], error
        while seen is not None and len(text) < 6:
            text.append("%s: %s" % (type(seen).__name__, " ".join(str(seen).split())))
            seen = seen.__cause__ or seen.__context__
        frames = traceback.extract_tb(error.__traceback__)
        where = "%s:%d" % (frames[-1].filename, frames[-1].lineno) if frames else ""
        result.update(ok=False, error=text[0][:500], causes=" | ".join(text)[:3000], where=where)
    return result


def main(limit, libraries):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    faulthandler.enable()
    for library in libraries:
        print(json.dumps({"begins": library}), file=answers, flush=True)
        faulthandler.dump_traceback_later(limit, exit=True)
        result = tried(library)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(result), file=answers, flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
    os._exit(0)
