"""From a model to the trainer that changes its weights."""

from __future__ import annotations

import torch

from engine.data.corpus import Corpus
from engine.models.base.model import Model
from engine.models.base.trainable import TrainableModel
from engine.models.bigram import Bigram
from engine.training.exact import ExactTrainer
from engine.training.minibatch import MinibatchTrainer
from engine.training.trainer import Trainer


def trainer_of(model: Model, corpus: Corpus, device: torch.device) -> Trainer | None:
    """The trainer of a model; None where it is fitted to its data at once."""
    if isinstance(model, Bigram):
        return ExactTrainer(model, *corpus.shares(device))
    if isinstance(model, TrainableModel):
        return MinibatchTrainer(model, corpus.tokens, corpus.held_out_tokens)
    return None
