"""What the engine runs on: the part of `makemore-tui doctor` that the screen knows nothing of."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version

import torch

from engine.data.built_in import built_in_path
from engine.devices import available_devices
from engine.local.paths import LabPaths, labs_folder, runtime_folder


def engine_facts() -> dict[str, str]:
    """Names and values, to be read or to be sent with a question."""
    return {
        "makemore-tui": version("makemore-tui"),
        "python": f"{platform.python_version()} ({sys.executable})",
        "platform": platform.platform(),
        "torch": str(torch.__version__),
        **{f"device {name}": what for name, what in available_devices().items()},
        "built-in data": str(built_in_path()),
        "labs": str(labs_folder()),
        "sockets": str(runtime_folder()),
        "logs": str(LabPaths("names").log.parent),
    }
