"""From a spec to a model: one line for each kind of `engine.settings.model_kinds`."""

from __future__ import annotations

import torch

from engine.data.corpus import Corpus
from engine.errors import BadSetting
from engine.models.base.model import Model
from engine.models.bigram import Bigram
from engine.models.bow import Bow
from engine.models.counts import Counts
from engine.models.feed_forward.mlp import Mlp
from engine.models.feed_forward.wavenet import Wavenet
from engine.models.lookup import Lookup
from engine.models.ngram.model import Ngram
from engine.models.recurrent import RECURRENT
from engine.models.transformers.microgpt import MicroGpt
from engine.models.transformers.transformer import Transformer
from engine.settings.model_kinds import KINDS
from engine.settings.values import ModelSpec


def model_of(spec: ModelSpec, corpus: Corpus, device: torch.device) -> Model:
    """A model before any training, or fitted where it has none.

    Raises:
        BadSetting: there is no such kind, or it needs words that the corpus does not keep.
    """
    match spec.kind:
        case "counts":
            return Counts(spec, corpus.counts_VV)
        case "bigram":
            return Bigram(spec, len(corpus.vocabulary), device)
        case "ngram":
            return Ngram(spec, corpus.tokens, len(corpus.vocabulary))
        case "mlp":
            return Mlp(spec, len(corpus.vocabulary), device)
        case "wavenet":
            return Wavenet(spec, len(corpus.vocabulary), device)
        case "lookup":
            return Lookup(spec, len(corpus.vocabulary), device)
        case "bow":
            return Bow(spec, len(corpus.vocabulary), device)
        case "rnn" | "gru" | "lstm":
            return RECURRENT[spec.kind](spec, len(corpus.vocabulary), device)
        case "microgpt":
            return MicroGpt(spec, len(corpus.vocabulary), corpus.tokens, device)
        case "transformer":
            return Transformer(spec, len(corpus.vocabulary), device)
    raise BadSetting(f"Model {spec.kind}: there are {', '.join(KINDS)}.")
