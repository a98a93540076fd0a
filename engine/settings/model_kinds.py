"""The kinds of models that a lab has: what each is, and what can be set of it, with the reasons."""

from __future__ import annotations

from typing import Final

import msgspec

from engine.errors import BadSetting
from engine.settings.limits import LARGEST_GOAL, LARGEST_SMOOTHING, MOST_HEADS
from engine.settings.setting import Setting, one_two_five, setting_in
from engine.settings.training_settings import (
    SEED_OF_WEIGHTS,
    choice,
    fraction,
    learning_rate,
    minibatch_settings,
    pace,
    size,
)
from engine.settings.values import PACE, ModelSpec, Value

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

    def goal_of(self, steps: int) -> int:
        """The goal of a run that is to be trained for so many steps; 0: as long as its kind.

        Raises:
            BadSetting: it is not trained, or not for so many.
        """
        if not steps:
            return self.goal
        if not (self.goal and 0 < steps <= LARGEST_GOAL):
            most = LARGEST_GOAL if self.goal else 0
            raise BadSetting(
                f"{steps:,} steps of a model of the kind {self.kind}: at most {most:,}."
            )
        return steps

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


SMOOTHING: Final = Setting(
    "smoothing", "smoothing k", "What is added to every count.", "number",
    1.0,  # the lecture's
    f"a number from 0 to {LARGEST_SMOOTHING:,.0f}", 0, LARGEST_SMOOTHING,
    rungs=(0.0, *one_two_five(-1, 6)), sign="smoothing",
)  # fmt: skip


BATCH_OF: Final = {
    "places": "Characters, of any word.",
    "words": "Words, with all of their characters.",
}
MAKEMORE: Final = minibatch_settings(  # makemore.py's, with its defaults
    5e-4, optimizer="adamw", betas=(0.9, 0.99), weight_decay=0.01
)
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
                learning_rate(50.0),  # the lecture's; stable: the gradient is a mean of all pairs
                Setting(
                    "regularisation", "regularisation λ",
                    "How hard λ · mean(W²) pulls the weights to 0.", "number",
                    0.01,  # the lecture's
                    "a number from 0 up", 0, below_high=True,
                    rungs=(0.0, *one_two_five(-4, 2)), sign="λ",
                ),
                pace(PACE),
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
                        "kneser-ney": "Each count gives a discount to shorter contexts.",
                    },
                ),
                msgspec.structs.replace(
                    SMOOTHING,
                    default=0.1,  # the best of EurekaLabs' grid
                    rungs=(0.0, *one_two_five(-2, 6)),
                ),
                Setting(
                    "escape", "escape λ",
                    "How much shorter contexts take part in Witten–Bell.", "number",
                    # Collins'; on makemore's test names, where n = 6, it gives 1.94 nats, 1 gives
                    # 2.05, and 8 gives 1.95
                    5.0,
                    f"a number above 0, at most {LARGEST_SMOOTHING:,.0f}", 0, LARGEST_SMOOTHING,
                    above_low=True, rungs=one_two_five(-1, 3),
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
            "Embeddings of the characters before, and tanh layers: the second and third lecture.",
            (
                size("context", "context", "How many characters before are seen.", 3, 64),
                size("embedding", "embedding", "How many numbers are a character's.", 10, 1024),
                size("hidden", "hidden units", "How many units a tanh layer has.", 200, 16_384),
                size("layers", "tanh layers", "How many tanh layers there are.", 1, 8),
                choice(
                    "initialisation", "initialisation", "How the first weights are drawn.", "plain",
                    {
                        "plain": "All from the standard normal distribution: the second lecture.",
                        "kaiming": "So small that no tanh is saturated, and all symbols are as"
                        " likely: the third.",
                        "torch": "Uniform, as torch's own layers have them.",
                    },
                ),
                choice(
                    "blank", "blank",
                    "Whether what is before a word has a symbol of its own, beside the boundary.",
                    False,
                    {"no": "The boundary stands there too.", "yes": "A blank does: makemore.py."},
                ),
                choice(
                    "batchnorm", "BatchNorm",
                    "Whether a tanh layer's units are normalised over each batch.", False,
                    {
                        "no": "They are taken as they are.",
                        "yes": "Each unit gets mean 0 and deviation 1, then a gain and a bias.",
                    },
                ),
                choice("batch_of", "batch of", "What a batch has so many of.", "places", BATCH_OF),
                *minibatch_settings(
                    0.1,  # the lecture's, found by its sweep
                    schedule="step",
                    decay_at=100_000,  # the lecture's
                ),
            ),
            goal=200_000,  # the lecture's
        ),
        ModelKind(
            "wavenet", "WaveNet",
            "Two neighbours become one, layer by layer, until a window is one: the fifth lecture.",
            (
                size(
                    "context", "context", "How many characters before are seen: a power of two.",
                    8, 64, 2,
                ),
                size("embedding", "embedding", "How many numbers are a character's.", 24, 1024),
                size("hidden", "hidden units", "How many units each layer has.", 128, 16_384),
                *minibatch_settings(
                    0.1,  # the lecture's, as all of these
                    schedule="step",
                    decay_at=150_000,
                ),
            ),
            goal=200_000,  # the lecture's
        ),
        ModelKind(
            "lookup", "lookup table",
            "A table of logits, trained on batches until it is that of the counts: makemore.py's"
            " bigram.",
            (
                choice("batch_of", "batch of", "What a batch has so many of.", "words", BATCH_OF),
                *MAKEMORE,
            ),
            goal=15_000,
        ),
        ModelKind(
            "bow", "bag of words",
            "The mean of the embeddings of all characters before, and a tanh layer.",
            (
                size("embedding", "embedding", "How many numbers are a character's.", 64, 1024),
                size("hidden", "hidden units", "How many units the tanh layer has.", 64, 16_384),
                size("context", "context", "How many characters are seen at the most.", 16, 1024),
                *MAKEMORE,
            ),
            goal=15_000,
        ),
        *(
            ModelKind(
                name, label, meaning,
                (
                    size("embedding", "embedding", "How many numbers are a character's.", 64, 1024),
                    size("hidden", "hidden units", "How many numbers the state has.", 64, 8192),
                    size(
                        "context", "context", "How many characters are learnt from in one go.",
                        64, 4096,
                    ),
                    fraction(
                        "dropout", "dropout", "The part of the units that a step does without.", 0.0
                    ),
                    *MAKEMORE,
                ),
                goal=15_000,
            )
            for name, label, meaning in (
                ("rnn", "RNN", "A state that each character changes: a recurrent net."),
                ("gru", "GRU", "A recurrent net whose gates say what is forgotten of its state."),
                ("lstm", "LSTM", "A recurrent net with gates, and a memory beside its state."),
            )
        ),
        ModelKind(
            "microgpt", "microgpt",
            "A Transformer of 4,192 parameters that learns a word a step: the script microgpt.",
            (
                size("layers", "layers", "How many layers of attention it has.", 1, 16),
                size("heads", "heads", "In how many ways a layer looks back.", 4, MOST_HEADS),
                size("embedding", "embedding", "How many numbers are a character's.", 16, 1024),
                size("context", "context", "How many characters are seen at the most.", 16, 1024),
                *minibatch_settings(
                    0.01, batch=1, optimizer="adamw", betas=(0.85, 0.99), order="passes",
                    schedule="linear", decay_at=1000, decay_to=0.0,  # the script's, as all of these
                ),
            ),
            goal=1000,  # the script's
        ),
        ModelKind(
            "transformer", "transformer",
            "Attention to the characters before, in blocks one above another: that of makemore.py.",
            (  # makemore.py's, all of them; its context holds the longest of the lecture's names
                size("layers", "layers", "How many blocks of attention it has.", 4, 64),
                size("heads", "heads", "In how many ways a block looks back.", 4, MOST_HEADS),
                size("embedding", "embedding", "How many numbers are a character's.", 64, 1024),
                size("context", "context", "How many characters are seen at the most.", 16, 1024),
                fraction(
                    "dropout", "dropout",
                    "The part of the embedding, and of what a block adds, that a step leaves out.",
                    0.0,
                ),
                *minibatch_settings(5e-4, optimizer="adamw", weight_decay=0.01),
            ),
            goal=15_000,  # as many as makemore.py's models were compared after
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
