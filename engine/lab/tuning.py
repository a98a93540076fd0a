"""Choosing on the hold-out what is fitted, and not trained: smoothing, order, λ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from engine.data.corpus import Corpus
from engine.devices import pick_device
from engine.models.base.evaluation import held_out_nll, mean_nll
from engine.models.base.model import Model
from engine.models.kinds import model_of
from engine.settings.combinations import Combination, combinations
from engine.settings.model_kinds import ModelKind
from engine.settings.setting import Setting, choice_value
from engine.settings.values import Value

OF_METHODS: Final = {  # the setting that a method of the n-gram has for itself
    "add-k": ("smoothing",),
    "witten-bell": ("escape",),
    "kneser-ney": (),
}


class Candidate(msgspec.Struct, frozen=True):
    """Settings that were tried, and how good they are."""

    settings: Combination
    parameters: int
    held_out_nll: float  # nats per character


def candidates(kind: ModelKind, given: Mapping[str, list[Value]]) -> list[Combination]:
    """The settings to try: of each the values that are given, else those that keys move it to.

    Of the n-gram every method has its own; what it does not look at is left out.
    """

    def values(name: str) -> list[Value]:
        return given[name] if name in given else _rungs(kind.setting(name))

    if kind.kind != "ngram":
        return combinations({each.name: values(each.name) for each in kind.settings})
    orders, across_words = values("order"), given.get("across_words", [False])
    found = [
        each
        for method in values("method")
        for each in combinations(
            {"order": orders, "method": [method]}
            | {name: values(name) for name in OF_METHODS[str(method)]}
            | {"across_words": across_words}
        )
    ]
    # Models of one order share its counts, as long as one of them is there.
    return sorted(found, key=lambda each: (each["across_words"], each["order"]))


def evaluated(
    kind: ModelKind, several: Iterable[Combination], corpus: Corpus
) -> Iterator[Candidate]:
    """Fit a model with each of some settings, and evaluate it on the hold-out, which there is."""
    for settings in several:
        model = fitted(kind, settings, corpus)  # the one before is there until now
        nll = held_out_nll(model, corpus)
        assert nll is not None
        yield Candidate(settings, model.parameters, nll)


def tested(kind: ModelKind, settings: Combination, corpus: Corpus) -> float:
    """Mean NLL of the words kept for a last test; raises BadSetting if there are none."""
    return mean_nll(fitted(kind, settings, corpus), corpus.test_tokens)


def fitted(kind: ModelKind, settings: Combination, corpus: Corpus) -> Model:
    """A model of the training words."""
    return model_of(kind.spec(settings), corpus, pick_device("cpu"))


def _rungs(setting: Setting) -> list[Value]:
    if setting.choices:
        return [choice_value(each) for each in setting.choices]
    return [int(rung) if setting.kind == "whole" else rung for rung in setting.rungs]
