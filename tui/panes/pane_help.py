"""What each pane shows, which step of the lecture that is, and the keys that only it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class PaneHelp:
    """What the help says of a pane."""

    text: str
    moving: tuple[tuple[str, str], ...]  # keys, and what they do


PANE_HELP: Final[dict[str, PaneHelp]] = {
    "matrix": PaneHelp(
        "How often the character of a column follows that of a row: the matrix N, the lecture's"
        " first step. The other views are P as each of the two runs has it that are compared, their"
        " difference, and what the selected run has of its own, as a net its weights W.",
        (
            ("←↓↑→ hjkl", "Move the cursor; the lines below the matrix tell its pair."),
            ("home end", "Go to the first or the last column; with ctrl, of all rows."),
            ("pgup pgdn", "Go a page up or down."),
            ("mouse", "A click moves the cursor to a cell; the wheel scrolls, with shift aside."),
        ),
    ),
    "loss": PaneHelp(
        "The selected run's loss at every step, the lecture's gradient descent: its mean negative"
        " log likelihood (nll), with λ · mean(W²) where it has λ. Without λ are the lines that it"
        " is compared with: the compared run's, also on words held out, the floor that no bigram"
        " model can beat, and ln V, that of knowing nothing. Letters are the losses of other runs."
        " Where a step sees only a batch, its loss is a dot, and the curve their exponential mean.",
        (),
    ),
    "dataset": PaneHelp(
        "What was read: the words, how long they are, their most frequent pairs. The lecture begins"
        " here, with 32,033 names and the question which character follows which.",
        (
            ("↓↑ jk", "Scroll by a line; with page up and page down by eight."),
            ("home end", "Go to the beginning or the end."),
            ("mouse", "The wheel scrolls."),
        ),
    ),
    "samples": PaneHelp(
        "Names drawn character by character from one of the two runs that are compared, or from"
        " both with the same random numbers: the lecture's sampling. Behind a name stands its mean"
        " negative log likelihood, and whether the data has it; above those of a run with steps,"
        " the step that they were drawn at. A name is dim once its model has changed.",
        (
            ("↓↑ jk", "Move the cursor from name to name. y copies it, c scores it."),
            ("←→ hl", "Of two names beside each other, pick the one or the other."),
            ("home end", "Go to the oldest name that is kept, or back to the newest."),
            ("mouse", "A click moves the cursor to a name; the wheel scrolls."),
        ),
    ),
    "inside": PaneHelp(
        "What is inside the selected run's model: any of its weights as a heat map; the embedding,"
        " each character at its place in two dimensions; as the third lecture shows them, how far"
        " tanh units are saturated, and gradients in parts of the weights; and what each head of a"
        " Transformer looks at in the name under the cursor, or the newest.",
        (
            ("m M", "Show the next picture, or the previous."),
            ("←↓↑→ hjkl", "Show other weights, or another head; or scroll."),
        ),
    ),
}
