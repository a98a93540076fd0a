"""Pictures made of figures: what could be inside a model of 27 symbols."""

from __future__ import annotations

from array import array

from engine.wire.inside import (
    FINEST,
    Attention,
    Gradient,
    Gradients,
    Heatmap,
    Histogram,
    Histograms,
    Inside,
    Look,
    Picture,
    Points,
)

ALL = ("weights", "embedding", "activations", "gradients", "attention")
SHAPES = {"embedding": (27, 10), "hidden weights": (30, 200), "output weights": (200, 27)}
HEADS = ("layer 1 head 1", "layer 1 head 2")


def made_up_inside(look: Look, pictures: tuple[str, ...] = ALL) -> Inside:
    """The picture that is asked for, or the first."""
    if not pictures:
        return Inside(())
    name = look.picture if look.picture in pictures else pictures[0]
    parts = {"weights": (*SHAPES,), "attention": HEADS}.get(name, ("",))
    at = look.part % len(parts)
    return Inside(pictures, name, parts[at], at, len(parts), _picture(name, parts[at], look))


def _picture(name: str, part: str, look: Look) -> Picture | None:
    match name:
        case "weights":
            rows, columns = SHAPES[part]
            rows, columns = min(rows, look.rows), min(columns, look.columns)
            cells = [(r * 37 + c * 101) % 255 - FINEST for r in range(rows) for c in range(columns)]
            return Heatmap(SHAPES[part], rows, columns, array("b", cells).tobytes(), -2.5, 3.25)
        case "embedding":
            places = [place for n in range(27) for place in (n * 9 - FINEST, n * 67 % 255 - FINEST)]
            return Points(array("b", places).tobytes(), (-1, 1), (-2, 2), 10, (0.31, 0.17))
        case "activations":
            bins = bytes([255] * 3 + [4] * 194 + [200] * 3)
            layers = (
                Histogram("layer 1", -0.02, 0.75, 0.2037, bins),
                Histogram("layer 2", 0.01, 0.69, 0.0656, bins),
            )
            return Histograms(layers, 1000)
        case "gradients":
            tensors = (
                Gradient("embedding", 0.0123, 0.0101, -2.995),
                Gradient("hidden weights", 0.00456, 0.002, -1.7),
                Gradient("hidden biases", 0.00789, 0.004, None),
            )
            return Gradients(tensors, 1000)
    if not look.word:
        return None
    symbols = (0, *(ord(letter) - ord("a") + 1 for letter in look.word))
    cells = [
        FINEST // (r + 1) if c <= r else 0 for r in range(len(symbols)) for c in range(len(symbols))
    ]
    return Attention(symbols, array("b", cells).tobytes())
