"""Any picture as lines."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from engine.wire.events import DatasetOpened
from engine.wire.inside import Attention, Gradients, Heatmap, Histograms, Picture, Points
from tui.drawing.shades import Kind, Ramp
from tui.panes.inside.attention import attention_lines
from tui.panes.inside.heatmap import heatmap_lines
from tui.panes.inside.points import points_lines
from tui.panes.inside.tables import activations_lines, gradients_lines


def picture_lines(
    picture: Picture | None,
    dataset: DatasetOpened,
    width: int,
    height: int,
    ramp: Callable[[Kind], Ramp],
) -> list[Content]:
    """Draw a picture in so many columns; what is longer than the height scrolls."""
    match picture:
        case Heatmap():
            return heatmap_lines(picture, width, height, ramp("diverging"))
        case Points():
            often = dataset.frequencies
            return points_lines(picture, dataset.labels, often, width, max(1, height))
        case Histograms():
            return activations_lines(picture, width, height)
        case Gradients():
            return gradients_lines(picture, width)
        case Attention():
            return attention_lines(picture, dataset.labels, width, ramp("sequential"))
    return Content("No word of this data is drawn or chosen.").wrap(width)
