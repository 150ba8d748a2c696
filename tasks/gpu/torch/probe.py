"""Looks at the GPU from inside the training environment, one layer after the other.

Prints one JSON object per line: {"layer": name, "state": "start"}, then the same with "ok" or "broken" and what
was found. Each layer has a time limit of its own (seconds, in argv[1] as JSON): a call into CUDA that never
returns cannot be interrupted from Python, so the whole process is ended.
"""

import faulthandler
import json
import os
import sys
import traceback
import warnings


def say(layer, state, **more):
    # Straight to the descriptor: libraries print on stdout when they please.
    os.write(out, (json.dumps(dict(layer=layer, state=state, **more)) + "\n").encode())


def short(error):
    return "%s: %s" % (type(error).__name__, str(error).strip())


def outside(file):
    prefix = os.path.realpath(sys.prefix) + os.sep
    return bool(file) and not os.path.realpath(file).startswith(prefix)


class Broken(Exception):
    def __init__(self, kind, text, **more):
        super().__init__(text)
        self.kind, self.more = kind, more


def look_at_torch():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        import torch

        found = dict(
            version=str(torch.__version__),
            file=getattr(torch, "__file__", None),
            outside=outside(getattr(torch, "__file__", None)),
            cuda=torch.version.cuda,
            hip=getattr(torch.version, "hip", None),
        )
        found["mps"] = bool(getattr(getattr(torch.backends, "mps", None), "is_available", lambda: False)())
        try:
            # Without a GPU get_arch_list() is empty, this is not.
            found["architectures"] = str(torch._C._cuda_getArchFlags() or "")
        except Exception:
            found["architectures"] = " ".join(torch.cuda.get_arch_list()) if found["cuda"] else ""
        found["available"] = bool(torch.cuda.is_available())
        found["reason"] = None
        if not found["available"] and found["cuda"]:
            try:
                torch.cuda.init()
            except Exception as error:
                found["reason"] = short(error)
    # Numpy 2 is told of in a warning only.
    found["warnings"] = [str(one.message).strip() for one in caught][:5]
    if found["hip"]:
        raise Broken("rocm", "torch %s is built for AMD (ROCm %s)" % (found["version"], found["hip"]), **found)
    if not found["cuda"]:
        raise Broken("cpu", "torch %s is built for the CPU alone" % found["version"], **found)
    if not found["available"]:
        raise Broken("unavailable", found["reason"] or "; ".join(found["warnings"]) or "torch sees no GPU", **found)
    return found


def look_at_architecture():
    import torch

    devices = []
    for index in range(torch.cuda.device_count()):
        major, minor = torch.cuda.get_device_capability(index)
        devices.append(dict(index=index, name=torch.cuda.get_device_name(index), capability="%d.%d" % (major, minor)))
    return dict(devices=devices)


def pattern(torch, rows, columns, step):
    """Zeros and ones: every sum of products of them up to 256 is exact in every type, bfloat16 too."""
    return torch.tensor([[float((row * step + column * 3) % 5 == 0) for column in range(columns)] for row in range(rows)])


def look_at_matmul():
    import torch

    a, b = pattern(torch, 64, 128, 1), pattern(torch, 128, 64, 2)
    expected = (a @ b).tolist()
    wrong = []
    for index in devices():
        where = "cuda:%d" % index
        for name in types:
            kind = getattr(torch, name)
            result = (a.to(where).to(kind) @ b.to(where).to(kind)).float().cpu()
            torch.cuda.synchronize(index)
            if result.tolist() != expected:
                wrong.append("%s on GPU %d" % (name, index))
    if wrong:
        raise Broken("wrong", "a product of matrices is wrong in %s" % ", ".join(wrong))
    return dict(types=types, size=[64, 128, 64])


def look_at_bitsandbytes():
    import torch
    import bitsandbytes
    import bitsandbytes.functional as functional

    found = dict(version=str(getattr(bitsandbytes, "__version__", "unknown")))
    for index in devices():
        with torch.cuda.device(index):
            where = "cuda:%d" % index
            # Weights as a linear layer has them: normal, 64 to a block.
            torch.manual_seed(0)
            weight = torch.randn(128, 256).to(where).to(torch.float16)
            rows = torch.randn(16, 256).to(where).to(torch.float16)
            packed, state = functional.quantize_4bit(weight, quant_type=quant)
            restored = functional.dequantize_4bit(packed, state, quant_type=quant)
            away = float((restored.float() - weight.float()).abs().mean())
            # Mean error of NF4 on a normal distribution: about 0.07, of FP4 0.09.
            if not away < 0.15:
                raise Broken("wrong", "%s is wrong on GPU %d: weights off by %.3f" % (quant, index, away), **found)
            product = bitsandbytes.matmul_4bit(rows, packed.t(), quant_state=state)
            expected = rows.float() @ restored.float().t()
            off = float((product.float() - expected).abs().mean() / expected.abs().mean())
            # In half precision: below 0.01. A comparison with NaN is false.
            if not off < 0.05:
                raise Broken("wrong", "%s is wrong on GPU %d: a product off by %.3f" % (quant, index, off), **found)
    return dict(found, quant=quant)


def look_at_memory():
    import torch

    result = []
    for index in devices():
        free, total = torch.cuda.mem_get_info(index)
        result.append(dict(index=index, freeBytes=int(free), totalBytes=int(total)))
    return dict(devices=result)


def devices():
    import torch

    count = torch.cuda.device_count()
    # Numbers that torch does not have are those of another order: all of them, then.
    return chosen if chosen and max(chosen) < count else range(count)


layers = [
    ("torch", look_at_torch),
    ("architecture", look_at_architecture),
    ("matmul", look_at_matmul),
    ("bitsandbytes", look_at_bitsandbytes),
    ("memory", look_at_memory),
]

if __name__ == "__main__":
    out = os.dup(1)
    # What a library prints must not be read as ours.
    os.dup2(2, 1)
    asked = json.loads(sys.argv[1])
    types, quant, limits, chosen = asked["types"], asked["quant"], asked["limits"], asked.get("devices")
    for name, look in layers:
        if name in asked.get("skip", []):
            continue
        say(name, "start")
        faulthandler.dump_traceback_later(limits[name], exit=True)
        try:
            say(name, "ok", **look())
        except Broken as error:
            say(name, "broken", kind=error.kind, text=str(error), **error.more)
            break
        except BaseException as error:
            say(name, "broken", kind="error", text=short(error), trace=traceback.format_exc()[-2000:])
            break
        finally:
            faulthandler.cancel_dump_traceback_later()
