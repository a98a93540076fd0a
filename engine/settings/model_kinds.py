"""The kinds of models that a lab has: what each is, and what can be set of it, with the reasons."""

from __future__ import annotations

from typing import Final

import msgspec

from engine.errors import BadSetting
from engine.settings.lab_settings import SEED
from engine.settings.limits import LARGEST_SMOOTHING
from engine.settings.setting import Setting, one_two_five, setting_in
from engine.settings.values import NO_PACE_LIMIT, PACE, ModelSpec, Value

GOAL: Final = 100  # steps of the lecture's first training


class ModelKind(msgspec.Struct, frozen=True):
    """What is known of a kind of models before there is one."""

    kind: str  # "bigram"
    label: str  # "bigram net"
    meaning: str  # a sentence
    settings: tuple[Setting, ...]  # in the order in which they are shown
    views: tuple[str, ...] = ()  # its matrices of symbols by symbols, beside its P
    goal: int = 0  # steps of a training, where nobody says how many; 0: it is not trained

    def spec(self, given: dict[str, Value]) -> ModelSpec:
        """A model of this kind: settings that are not given have their defaults.

        Raises:
            BadSetting: one makes no sense, or is none of this kind.
        """
        for name, value in given.items():
            self.setting(name).check(value)
        return ModelSpec(self.kind, {each.name: each.default for each in self.settings} | given)

    def setting(self, name: str) -> Setting:
        """The setting of a name.

        Raises:
            BadSetting: a model of this kind has none; says which there are.
        """
        found = setting_in(self.settings, name)
        if found is None:
            names = ", ".join(each.name for each in self.settings)
            raise BadSetting(f"A model of the kind {self.kind} has no {name}. It has {names}.")
        return found


def _learning_rate(default: float) -> Setting:
    return Setting(
        "learning_rate", "learning rate", "How far a step goes against the gradient.", "number",
        default, "a number above 0", 0, above_low=True, below_high=True,
        rungs=one_two_five(-3, 6), sign="lr",
    )  # fmt: skip


def _pace(default: float) -> Setting:
    return Setting(
        "pace", "pace", "How fast it trains; without a limit, as fast as can be.", "number",
        default, "a number of steps per second above 0, or no limit", 0, above_low=True,
        # Doubling, from the lecture's 20 steps a second both ways.
        rungs=(*(20 * 2.0**power for power in range(-5, 11)), NO_PACE_LIMIT),
    )  # fmt: skip


SEED_OF_WEIGHTS: Final = Setting(
    "seed", "seed of weights", "The same seed gives the same first weights.", "whole",
    SEED, f"a whole number from 0 to {2**64 - 1:,}", 0, 2**64 - 1, sign="seed", begins_run=True,
)  # fmt: skip
SMOOTHING: Final = Setting(
    "smoothing", "smoothing k", "What is added to every count.", "number",
    1.0,  # the lecture's
    f"a number from 0 to {LARGEST_SMOOTHING:,.0f}", 0, LARGEST_SMOOTHING,
    rungs=(0.0, *one_two_five(-1, 6)), sign="smoothing",
)  # fmt: skip


def _size(name: str, label: str, meaning: str, default: int, most: int) -> Setting:
    """A hyperparameter that is a whole number, and belongs to a model from its beginning."""
    return Setting(
        name, label, meaning, "whole", default, f"a whole number from 1 to {most:,}", 1, most,
        begins_run=True,
    )  # fmt: skip


KINDS: Final = {
    each.kind: each
    for each in (
        ModelKind(
            "counts", "counts",
            "How often a character followed the one before, plus k: the lecture's first model.",
            (SMOOTHING,),
        ),
        ModelKind(
            "bigram", "bigram net",
            "One layer of weights, trained until it is the table of the counts.",
            (
                _learning_rate(50.0),  # the lecture's; stable: the gradient is a mean of all pairs
                Setting(
                    "regularisation", "regularisation λ",
                    "How hard λ · mean(W²) pulls the weights to 0.", "number",
                    0.01,  # the lecture's
                    "a number from 0 up", 0, below_high=True,
                    rungs=(0.0, *one_two_five(-4, 2)), sign="λ",
                ),
                _pace(PACE),
                SEED_OF_WEIGHTS,
            ),
            views=("weights",),
            goal=GOAL,
        ),
        ModelKind(
            "ngram", "n-gram",
            "How often a character followed the n − 1 before it.",
            (
                Setting(
                    "order", "order n", "The model sees the n − 1 characters before.", "whole",
                    4,  # the best of EurekaLabs' grid on the lecture's names
                    "a whole number from 1 to 8", 1, 8, rungs=tuple(range(1, 9)), sign="n",
                ),
                Setting(
                    "method", "method", "What becomes of those that were never seen.", "choice",
                    "add-k",
                    choices={
                        "add-k": "k is added to every count.",
                        "witten-bell": "Shorter contexts take part, the more the less was seen.",
                    },
                ),
                msgspec.structs.replace(
                    SMOOTHING,
                    default=0.1,  # the best of EurekaLabs' grid
                    rungs=(0.0, *one_two_five(-2, 6)),
                ),
                Setting(
                    "across_words", "across words",
                    "Whether the end of a word before counts as what stands before.", "choice",
                    False,
                    choices={"no": "Each word by itself.", "yes": "All words are one text."},
                ),
            ),
        ),
        ModelKind(
            "mlp", "MLP",
            "Embeddings of the characters before, a tanh layer, minibatches: the second lecture.",
            (
                _size("context", "context", "How many characters before are seen.", 3, 64),
                _size("embedding", "embedding", "How many numbers are a character's.", 10, 1024),
                _size("hidden", "hidden units", "How many units the tanh layer has.", 200, 16_384),
                Setting(
                    "batch", "batch", "How many places a step learns from.", "whole", 32,
                    "a whole number from 1 to 65,536", 1, 65_536,
                    rungs=tuple(2.0**power for power in range(17)), sign="batch",
                ),
                _learning_rate(0.1),  # the lecture's, found by its sweep
                Setting(
                    "decay_at", "decay at", "The step from which the rate is a tenth; 0: never.",
                    "whole", 100_000, f"a whole number from 0 to {10**15:,}", 0, 10**15,
                ),
                _pace(NO_PACE_LIMIT),
                SEED_OF_WEIGHTS,
            ),
            goal=200_000,  # the lecture's
        ),
    )
}  # fmt: skip
FIRST_RUNS: Final = (("counts", "counts"), ("net", "bigram"))  # of every lab: name and kind


def kind_of(name: str) -> ModelKind:
    """The kind of a name.

    Raises:
        BadSetting: there is none; says which there are.
    """
    if name not in KINDS:
        raise BadSetting(f"Model {name}: there are {', '.join(KINDS)}.")
    return KINDS[name]
