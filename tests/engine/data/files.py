"""Data files of a test, and what is said of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.data.corpus import Corpus, read_corpus
from engine.errors import DataError
from engine.settings.data_format import DataFormat

NAMES = "name,sex,count\nAna,F,3\nBo,M,1\n"

Put = Callable[[str, bytes | str], Path]


def read(path: Path, **how: object) -> Corpus:
    return read_corpus(path, data_format=DataFormat(**how))  # type: ignore[arg-type]


def complaint(path: Path, **how: object) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **how)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert text.isprintable()
    assert text.endswith(".")
    return text.removeprefix(str(path))
