"""Recipes: a model with everything that a published run fixed, so that its figures come out."""

from __future__ import annotations

from typing import Final

import msgspec

from engine.errors import BadSetting
from engine.settings.data_format import Split
from engine.settings.limits import LENGTH_LIMIT
from engine.settings.model_kinds import MAKEMORE, kind_of
from engine.settings.values import ModelSpec, Stream, Value


class Names(msgspec.Struct, frozen=True):
    """Names that a published run has drawn at its end."""

    count: int
    stream: Stream
    seed: int
    temperature: float = 1.0
    goes_on: bool = False  # from where the generator of the weights was behind them
    longest: int = LENGTH_LIMIT  # characters, where a name is cut off


class Recipe(msgspec.Struct, frozen=True):
    """A published run."""

    name: str  # "lecture3"
    meaning: str  # a sentence: what it is, and where it was published
    kind: str  # of the model
    settings: dict[str, Value]  # those that differ from the defaults of the kind
    steps: int  # 0: it has none
    split: Split  # of the data
    names: Names | None = None

    @property
    def spec(self) -> ModelSpec:
        """The model with all of its settings."""
        return kind_of(self.kind).spec(self.settings)


MICROGPT_NAMES: Final = Names(20, "python", 42, 0.5, goes_on=True, longest=16)  # its context
NO_SETTINGS: Final[dict[str, Value]] = {}
MAKEMORE_MLP: Final[dict[str, Value]] = {
    "context": 16, "embedding": 64, "hidden": 64, "initialisation": "torch", "blank": True,
    "batch_of": "words", **{setting.name: setting.default for setting in MAKEMORE},
}  # fmt: skip
RECIPES: Final = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "lecture2", "The MLP of lecture 2: train 2.126, hold-out 2.170.",
            "mlp", {}, 200_000, "lecture",
        ),
        Recipe(
            "ngram", "EurekaLabs' ngram, the best of its grid: hold-out 2.1118, test 2.1064.",
            "ngram", {"order": 4, "smoothing": 0.1, "across_words": True}, 0, "ngram",
        ),
        *(
            Recipe(
                f"makemore-{name}",
                f"makemore.py's {name}: {nll} nats a character on its test names.",
                kind, settings, 15_000, "makemore",
            )
            for name, kind, settings, nll in (
                ("bigram", "lookup", NO_SETTINGS, 2.451),
                ("bow", "bow", NO_SETTINGS, 2.168),
                ("rnn", "rnn", NO_SETTINGS, 2.062),
                ("mlp", "mlp", MAKEMORE_MLP, 2.040),
                ("gru", "gru", NO_SETTINGS, 2.012),
            )
        ),
        Recipe(
            "lecture3", "The MLP of lecture 3, with BatchNorm: train 2.067, hold-out 2.106.",
            "mlp", {"initialisation": "kaiming", "batchnorm": True, "generators": "shared"},
            200_000, "lecture", Names(20, "torch", 2147483647 + 10),
        ),
        Recipe(
            "lecture5", "The tree of lecture 5: train 1.769, hold-out 1.994.",
            "wavenet", {"seed": 42, "generators": "shared"}, 200_000, "lecture",
        ),
        Recipe(
            "microgpt", "Karpathy's script microgpt: last loss 2.6497, names kamon to anton.",
            "microgpt", {"seed": 42}, 1000, "hash", MICROGPT_NAMES,
        ),
        Recipe(
            "makemore-transformer", "The Transformer of makemore.py: test 1.965.",
            "transformer", {}, 15_000, "makemore",
        ),
    )
}  # fmt: skip


def recipe_of(name: str) -> Recipe:
    """The recipe of a name.

    Raises:
        BadSetting: there is none; says which there are.
    """
    if name not in RECIPES:
        raise BadSetting(f"Recipe {name}: there are {', '.join(RECIPES)}.")
    return RECIPES[name]
