"""A line of real work with each library of the training, for checks/libraries/trying.py.

`import torch` succeeds with a numpy that it cannot use, and a Trainer breaks only when it is imported.
"""


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
