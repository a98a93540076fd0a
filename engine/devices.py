"""Where tensors live and how many cores work on them."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator

import torch

from engine.errors import NoSuchDevice
from engine.text.printable import printable


def available_devices() -> dict[str, str]:
    """The devices of this machine: name → what it is."""
    devices = {"cpu": f"{torch.get_num_threads()} threads"}
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            devices[f"cuda:{index}"] = torch.cuda.get_device_name(index)
    if torch.backends.mps.is_available():
        devices["mps"] = "Apple GPU"
    return devices


def has_device(name: str) -> bool:
    """Whether a device of that very name is on this machine."""
    return name in available_devices()


def pick_device(name: str) -> torch.device:
    """The device of that name; `auto` is a GPU where torch sees one, else the CPU.

    Raises:
        NoSuchDevice: it is not on this machine; lists those that are.
    """
    devices = available_devices()
    if name == "auto":
        return torch.device(next((gpu for gpu in devices if gpu != "cpu"), "cpu"))
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in devices:
        found = ", ".join(f"{device} ({what})" for device, what in devices.items())
        raise NoSuchDevice(
            f"--device {printable(name)}: torch does not see it. It sees {found}. Choose one of"
            " these, or auto."
        )
    return torch.device(wanted)


def float_type(device: torch.device) -> torch.dtype:
    """float64, but on Apple's GPUs, which have none, float32."""
    return torch.float32 if device.type == "mps" else torch.float64


def memory() -> float:
    """The bytes that this machine has; infinite where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return math.inf


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory could not be had; of the CPU, torch has no class for it."""
    words = ("allocate memory", "out of memory")
    return isinstance(error, MemoryError) or any(each in str(error) for each in words)


@contextlib.contextmanager
def one_thread(*, where: bool = True) -> Iterator[None]:
    """Keep torch to the calling thread.

    On small tensors its other threads do little but spin, and take the cores from those who work:
    counting ran at 250 MB/s with them and at 400 without, on two cores. Where others want these,
    the softmax of 27 rows takes milliseconds instead of microseconds.

    Args:
        where: False: let torch choose, as for what is large.
    """
    if not where:
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
