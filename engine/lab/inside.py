"""What is inside the selected run's model, as a picture: the one that a screen shows, no other."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import torch
from torch import Tensor

from engine.data.examples import NOTHING, Batch
from engine.devices import one_thread
from engine.lab.lab import Lab
from engine.models.base import pictures
from engine.models.base.model import Model
from engine.models.base.pictures import HasAttention, HasTanhLayers
from engine.models.base.trainable import TrainableModel
from engine.training.schedules import rate_at
from engine.wire.inside import Gradient, Gradients, Histograms, Inside, Look, Picture

PLACES: Final = 1000  # of the data, at the most, whose activations and gradients are shown
FEWEST: Final = 32  # a batch of lecture 3
WORK: Final = 1 << 24  # places times weights: some ten milliseconds, forth and back


class _Part(NamedTuple):
    """A picture, which is one of several."""

    picture: Picture
    name: str = ""
    at: int = 0
    parts: int = 1


def inside(lab: Lab, look: Look) -> Inside:
    """The picture that a screen shows, or the first where the selected run has no such one."""
    run = lab.selected
    return lab.inside.of((run.number, run.version, run.step, look), lambda: _inside(lab, look))


def _inside(lab: Lab, look: Look) -> Inside:
    names = tuple(_names(lab.selected.model))
    if not names:
        return Inside(())
    name = look.picture if look.picture in names else names[0]
    with torch.no_grad(), one_thread():
        part = _PICTURES[name](lab, look)
    if part is None:
        return Inside(names, name)
    return Inside(names, name, part.name, part.at, part.parts, part.picture)


def _names(model: Model) -> list[str]:
    names = ["weights"] if model.inside() else []
    if isinstance(model, TrainableModel):
        names += ["embedding"] if model.EMBEDDING in model.weights else []
        names += ["activations"] if isinstance(model, HasTanhLayers) else []
        names += ["gradients"]
        names += ["attention"] if isinstance(model, HasAttention) else []
    return names


def _weights(lab: Lab, look: Look) -> _Part:
    matrices = lab.selected.model.inside()
    name, at = _chosen(matrices, look.part)
    picture = pictures.heatmap(matrices[name], look.rows, look.columns)
    return _Part(picture, name, at, len(matrices))


def _embedding(lab: Lab, look: Look) -> _Part:
    model = _trainable(lab)
    return _Part(pictures.points(model.weights[model.EMBEDDING].detach().cpu().double()))


def _activations(lab: Lab, look: Look) -> _Part:
    model = _trainable(lab)
    assert isinstance(model, HasTanhLayers)
    inputs, targets = _sample(lab)
    is_there = (targets != NOTHING) if inputs.shape == targets.shape else slice(None)
    layers = {
        name: values[is_there].float().cpu() for name, values in model.activations(inputs).items()
    }
    histograms = tuple(pictures.histogram(*layer) for layer in layers.items())
    return _Part(Histograms(histograms, int((targets != NOTHING).sum())))


def _gradients(lab: Lab, look: Look) -> _Part:
    """The gradients of the mean loss at some places; lecture 3 tells as much of each tensor."""
    model, settings = _trainable(lab), lab.selected.settings
    inputs, targets = _sample(lab)
    statistics = {name: values.clone() for name, values in model.statistics.items()}
    _, gradients = model.gradients(inputs, targets)
    for name, values in statistics.items():  # looking is no training
        model.statistics[name].copy_(values)
    # Of other optimizers, a step is not the gradient times the rate.
    rate = rate_at(lab.selected.step, settings) if settings["optimizer"] == "sgd" else None
    told = [
        _gradient(name, weight.detach(), gradient, rate)
        for (name, weight), gradient in zip(model.weights.items(), gradients, strict=True)
    ]
    return _Part(Gradients(tuple(told), int((targets != NOTHING).sum())))


def _gradient(name: str, weight: Tensor, gradient: Tensor, rate: float | None) -> Gradient:
    deviation, to_weights = float(gradient.std(correction=0)), pictures.ratio(gradient, weight)
    update = None if rate is None or not rate * to_weights else math.log10(rate * to_weights)
    return Gradient(name, deviation, to_weights, update)


def _attention(lab: Lab, look: Look) -> _Part | None:
    """Each symbol's view of the word so far; None where the word is none of this vocabulary."""
    model = _trainable(lab)
    assert isinstance(model, HasAttention)
    known = set(lab.corpus.vocabulary.characters)
    if not look.word or not set(look.word) <= known:
        return None
    symbols = (0, *lab.corpus.vocabulary.encode(look.word))[: model.context]
    heads = model.attention(torch.tensor(symbols, device=model.device))
    name, at = _chosen(heads, look.part)
    return _Part(pictures.attention(symbols, heads[name].cpu()), name, at, len(heads))


_PICTURES: Final[Mapping[str, Callable[[Lab, Look], _Part | None]]] = {
    "weights": _weights,
    "embedding": _embedding,
    "activations": _activations,
    "gradients": _gradients,
    "attention": _attention,
}


def _trainable(lab: Lab) -> TrainableModel:
    model = lab.selected.model
    assert isinstance(model, TrainableModel)
    return model


def _sample(lab: Lab) -> Batch:
    """Rows of the training words, the same each time, evenly spread over the data."""
    model = _trainable(lab)
    examples = model.examples(lab.corpus.tokens)
    places = max(FEWEST, min(PLACES, WORK // model.work))
    count = max(1, min(len(examples), int(places / examples.places_a_row)))
    inputs, targets = examples.of(torch.linspace(0, len(examples) - 1, count).long())
    return inputs.to(model.device), targets.to(model.device)


def _chosen(named: Mapping[str, Tensor], part: int) -> tuple[str, int]:
    at = part % len(named)
    return [*named][at], at
