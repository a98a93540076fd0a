"""What the versions 1 and 2 of the format said of a lab, which had two models and no runs.

The count model has become the run `counts`, and the net the run `net`, with all that was trained.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from engine.checkpoints.contents import Contents, SavedRun, of_run, of_state, of_stream
from engine.settings.data_format import DataFormat
from engine.settings.values import Value
from engine.wire.values import Drawn, Name, State

OLDEST: Final = 1  # that is still read; what it lacks has a default
COUNTS, NET = 1, 2  # numbers of their runs
SOURCES: Final = {"counts": "compared", "net": "selected", "both": "both"}
OF_COUNTS: Final = ("smoothing",)  # settings
OF_NET: Final = ("learning_rate", "regularisation", "pace", "seed")
OF_TRAINING: Final = ("state", "reason", "step", "goal", "loss_nll")  # of the net
ARRAYS: Final = {  # what they were called, and what they are called now
    "words": "words",
    "weights": of_state(NET, "weights"),
    **{
        kind: of_run(NET, kind) for kind in ("train", "train_blocks", "held_out", "held_out_blocks")
    },
    "stream_counts": of_stream("compared"),
    "stream_net": of_stream("selected"),
}


class _Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`Contents` as they were; version 1 had no field that has a default."""

    version: int
    written_by: str
    data: str | None
    data_sha256: str
    symbols: int
    device: str
    kept_settings: dict[str, Value | None]  # of the lab and of both models
    state: State
    reason: str
    step: int
    goal: int
    wanted: int
    drawn: int
    data_format: DataFormat = DataFormat(format="lines")  # all that version 1 knew
    hold_out_data: str | None = None
    hold_out_sha256: str = ""
    loss_nll: float | None = None


class OlderDrawn(msgspec.Struct, frozen=True):
    """`Drawn` as it was."""

    index: int
    counts: Name | None
    net: Name | None


def decode_contents(json: str) -> Contents:
    """Decode older contents as today's would say the same; they keep their version's number."""
    older = msgspec.json.decode(json, type=_Contents)
    kept: dict[str, Any] = dict(older.kept_settings)
    of_counts, of_net = (
        {name: kept.pop(name) for name in names if name in kept} for names in (OF_COUNTS, OF_NET)
    )
    kept["source"] = SOURCES.get(kept.get("source", ""), "")
    facts = msgspec.structs.asdict(older) | {"kept_settings": kept}
    training = {name: facts.pop(name) for name in OF_TRAINING}
    runs = (
        SavedRun(COUNTS, "counts", "counts", of_counts, "idle", "", 0, 0, None, is_pinned=False),
        SavedRun(NET, "net", "bigram", of_net, is_pinned=False, **training),
    )
    return Contents(**facts, runs=runs, selected=NET, compared=COUNTS, begun=len(runs))


def unescaped(drawn: Drawn) -> Drawn:
    """Decode a draw of version 1, which kept invisible letters as Python's escapes."""

    def letters(name: Name | None) -> Name | None:
        if name is None:
            return None
        text = name.text.encode("latin-1", "backslashreplace").decode("unicode_escape")
        return msgspec.structs.replace(name, text=text)

    return Drawn(drawn.index, letters(drawn.compared), letters(drawn.selected))
