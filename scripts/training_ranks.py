"""Which of several processes this one is, and what they do together. For train.py.

The variables are those of torchrun and `accelerate launch`: RANK, LOCAL_RANK, WORLD_SIZE. Without them it is the only one.
"""

import os


def rank():
    return int(os.environ.get("RANK") or 0)


def count_of_ranks():
    return int(os.environ.get("WORLD_SIZE") or 1)


def is_first():
    """The one that writes and tells."""
    return rank() == 0


def card():
    """The number of this process's card among those that CUDA shows."""
    return int(os.environ.get("LOCAL_RANK") or 0)


def result_file(file):
    """Where this process leaves its result: the first one in the file that was asked for, each other one beside it."""
    return file if is_first() else "%s.%d" % (file, rank())


def ready_without_gpu():
    """For processes on the processor: accelerate 0.34 asks torch for the one processor by a function that torch 2.1 does not have."""
    import torch

    if count_of_ranks() > 1 and not hasattr(torch.cpu, "set_device"):
        torch.cpu.set_device = lambda device: None


def wait_for_all():
    """Goes on once every process is here."""
    if count_of_ranks() > 1:
        from accelerate import PartialState

        PartialState().wait_for_everyone()


def greatest_of_all(number, device):
    """The greatest of the whole numbers that the processes have."""
    if count_of_ranks() == 1:
        return number
    import torch

    told = torch.tensor(number, device=device)
    torch.distributed.all_reduce(told, torch.distributed.ReduceOp.MAX)
    return int(told.item())
