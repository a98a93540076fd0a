"""The lecture's exact figures, and its words where their file is at hand."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

FIGURES: dict[str, Any] = json.loads(Path(__file__).with_name("golden.json").read_text())
COUNTS = torch.tensor(FIGURES["counts"])

# The file of names belongs to makemore and is not part of this project.
WORDS = Path(__file__).parents[2] / "shared" / "data" / "makemore-names.txt"

needs_words = pytest.mark.skipif(not WORDS.exists(), reason="the lecture's names are not here")
