"""The plain loops that the models are measured against have the models' own losses."""

import pytest

from engine.bench import series
from engine.bench.lecture import Result


@pytest.mark.slow
def test_every_measurement_of_the_series_finds_the_same_losses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, few in (
        ("ROUNDS", 1),
        ("STEPS", 6),
        ("SCALAR_STEPS", 2),
        ("NAMES", 20),
        ("STEPS_BEFORE_NAMES", 9),
    ):
        monkeypatch.setattr(series, name, few)
    for _, measure in series.measurements():
        result = measure()  # raises EngineError where they differ
        assert isinstance(result, Result)
        assert result.factor is not None
        assert result.factor > 0
