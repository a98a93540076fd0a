"""What every stream of random numbers promises, whichever it is."""

from typing import get_args

import numpy as np
import pytest
import torch

from engine.sampling.names import STREAMS
from engine.settings import values
from engine.settings.lab_settings import SAMPLING
from engine.settings.setting import setting_in

PROBS = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)


@pytest.mark.parametrize(
    ("name", "values"),
    [("stream", get_args(values.Stream)), ("source", get_args(values.Source))],
)
def test_each_stream_and_source_can_be_set_and_is_described(
    name: str, values: tuple[str, ...]
) -> None:
    setting = setting_in(SAMPLING, name)
    assert setting is not None
    assert tuple(setting.choices) == values


def test_each_stream_that_can_be_set_is_there() -> None:
    assert tuple(STREAMS) == get_args(values.Stream)


@pytest.mark.parametrize("kind", STREAMS)
def test_a_state_is_known_as_one_and_another_stream_goes_on_from_it(kind: str) -> None:
    stream, other = STREAMS[kind](3), STREAMS[kind](4)
    for index in range(5):
        stream.begin(index)
        stream.choose(PROBS)
    state = stream.state()
    assert STREAMS[kind].is_state(state)
    assert len(state) == STREAMS[kind].STATE_WORDS
    assert not STREAMS[kind].is_state(np.append(state, np.uint32(0)))
    if len(state):
        assert not STREAMS[kind].is_state(np.zeros_like(state))
        other.resume(state)
        for one in (stream, other):
            one.begin(5)
        assert [stream.choose(PROBS) for _ in range(9)] == [other.choose(PROBS) for _ in range(9)]
