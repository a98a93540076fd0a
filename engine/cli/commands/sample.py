"""`makemore-tui sample`: draw names from any model."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import click
import msgspec

from engine.cli.console import write, write_encoded
from engine.cli.labs.existing_lab import ExistingLab, source_options
from engine.cli.option_groups.common import json_option, setting_option
from engine.cli.option_groups.training_options import smoothing_option
from engine.cli.sample_texts import drawn_texts
from engine.errors import AlreadyThere
from engine.files.output import check_place, write_file
from engine.settings.lab_settings import DEFAULTS, SAMPLING
from engine.settings.limits import LENGTH_LIMIT
from engine.settings.values import Stream
from engine.text.arguments import decoded_argument

if TYPE_CHECKING:
    from engine.lab.lab import Lab
    from engine.lab.run import Run
    from engine.models.base.model import Model

Form = Literal["plain", "csv", "json"]

BATCH: Final = 10_000  # names scored and written at once: a name at a time takes longer than both
FORMS: Final[dict[str, Form]] = {".csv": "csv", ".json": "json", ".jsonl": "json"}
HEADER: Final = ("index", "model", "name", "nll", "in_data")
SETTINGS: Final = {each.name: each for each in SAMPLING}


@contextlib.contextmanager
def _overwrite_is_told() -> Iterator[None]:
    """Say of a file that is there already how it is replaced."""
    try:
        yield
    except AlreadyThere as error:
        raise AlreadyThere(f"{error} --overwrite replaces it, or give another name.") from None


@click.command("sample")
@click.option(
    "-n", "count", type=click.IntRange(0), help="Names, by default 5; or texts, by default 1."
)
@click.option(
    "--length", type=click.IntRange(1), metavar="N",
    help=f"Characters to draw of a running text, by default {DEFAULTS.length}.",
)  # fmt: skip
@click.option("--stream", type=click.Choice(get_args(Stream)), default="keyed", show_default=True)
@setting_option(SETTINGS["sample_seed"], "--seed", "sample_seed", help="Of the stream.")
@setting_option(SETTINGS["temperature"], "--temperature", help="0 takes the most probable.")
@click.option(
    "--top-k", default=DEFAULTS.top_k, type=click.IntRange(0), show_default=True,
    help="Only the k most probable; 0 for all.",
)  # fmt: skip
@click.option(
    "--prefix", default=DEFAULTS.prefix, callback=lambda _, __, prefix: decoded_argument(prefix),
    help="What each name or text begins with.",
)  # fmt: skip
@smoothing_option
@source_options(seed="--weights-seed")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE",
    help="Write them there: .csv and .json with all that is known of each, else a name a line.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace that file.")
@click.option("--csv", "as_csv", is_flag=True, help="Results as CSV.")
@json_option
@_overwrite_is_told()
def command(
    source: ExistingLab,
    count: int | None,
    length: int | None,
    out: Path | None,
    overwrite: bool,
    as_csv: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    """Draw names, one a line. A net is first trained as by `makemore-tui train`.

    Without --model they are drawn from the counts.

    Of one running text (--format text) a text is drawn, of exactly as many characters as --length
    says: its end is left out of the probabilities.

    With --resume or --lab nothing is trained: names are drawn as that lab draws them, with its
    settings but for those that are given here, and from its own run, or from the selected one where
    it draws from two. --run names another, --model its run of that kind.
    """
    if as_csv and as_json:
        raise click.UsageError("Results are CSV or JSON: leave --csv or --json out.")
    form: Form = "csv" if as_csv else "json" if as_json else "plain"
    from engine.devices import one_thread  # with torch: --help and a shell can do without

    if out is not None:
        check_place(out, overwrite=overwrite)
        if form == "plain":
            form = FORMS.get(out.suffix.lower(), "plain")
    lab = source.lab(**settings)
    if length is not None and not lab.corpus.is_text:
        raise click.UsageError("--length is that of a running text (--format text): a name ends.")
    run = _run_of(lab, source)
    source.finish(run)
    with one_thread():
        batches, total = _texts(lab, run, form, count, length)
        texts = _with_bar(batches, total, shown=out is not None)
        if out is not None:
            encoded = (text.encode(errors="backslashreplace") for text in texts)
            write_file(out, encoded, overwrite=overwrite)
            return
        for text in texts:
            (write_encoded if form == "json" else write)(text, end="")


def _run_of(lab: Lab, source: ExistingLab) -> Run:
    if source.names_a_model:
        return lab.selected
    is_compared = lab.settings.source == "compared" or not source.is_as_it_is
    return lab.compared if is_compared else lab.selected


def _texts(
    lab: Lab, run: Run, form: Form, count: int | None, length: int | None
) -> tuple[Iterator[tuple[int, str]], int]:
    """The output in batches, each with how much it is of a total, in names or characters."""
    from engine.lab.exports import csv_text

    if lab.corpus.is_text:
        count, length = 1 if count is None else count, length or lab.settings.length
        batches, total = drawn_texts(lab, run, form, count, length), count * length
    else:
        total = 5 if count is None else count
        batches = _drawn_names(lab, run, form, total)
    return (chain([(0, csv_text([HEADER]))], batches) if form == "csv" else batches), total


def _drawn_names(lab: Lab, run: Run, form: Form, count: int) -> Iterator[tuple[int, str]]:
    """The names in batches: how many, and their lines."""
    from engine.lab.exports import TRUTH, csv_text
    from engine.sampling.batch_scoring import scorer_of

    names = _names(lab, run.model, count)
    scorer = scorer_of(run.model, lab.corpus)
    cut_off_at = len(lab.settings.prefix) + LENGTH_LIMIT
    encoder, drawn = msgspec.json.Encoder(), 0
    while some := list(islice(names, BATCH)):
        if form == "plain":
            text = "\n".join(some) + "\n"
        else:
            scored = scorer.scored(some, cut_off_at)
            if form == "json":
                text = encoder.encode_lines(scored).decode()
            else:
                text = csv_text(
                    (index, run.name, name.name, name.nll, TRUTH[name.in_data])
                    for index, name in enumerate(scored, start=drawn)
                )
        drawn += len(some)
        yield len(some), text


def _names(lab: Lab, model: Model, count: int) -> Iterator[str]:
    from engine.sampling.names import NameStream, draw_keyed

    settings, vocabulary = lab.settings, lab.corpus.vocabulary
    seed, prefix = settings.sample_seed, settings.prefix
    sharpness = (settings.temperature, settings.top_k)
    if settings.stream == "keyed":  # all at once
        return draw_keyed(model, vocabulary, seed, 0, count, prefix, *sharpness)
    names = NameStream(settings.stream, seed, vocabulary, *sharpness)
    return (names.next(model, prefix) for _ in range(count))


def _with_bar(batches: Iterator[tuple[int, str]], count: int, shown: bool) -> Iterator[str]:
    """The lines of the batches, with a bar for a person, where it is drawn elsewhere than they."""
    is_hidden = not sys.stderr.isatty() or (sys.stdout.isatty() and not shown) or count <= BATCH
    with click.progressbar(length=count, label="drawing", file=sys.stderr, hidden=is_hidden) as bar:
        for drawn, text in batches:
            yield text
            bar.update(drawn)
