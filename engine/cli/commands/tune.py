"""`makemore-tui tune`: choose on the hold-out what is fitted, not trained: smoothing, order, λ."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.cli.console import narrate, write, write_json
from engine.cli.option_groups.common import data_option, json_option
from engine.cli.option_groups.model_options import model_options, values_given
from engine.cli.option_groups.opening_command import opening_command
from engine.cli.option_groups.training_options import hold_out_option
from engine.cli.table import cells, figure, write_table
from engine.settings.combinations import differing
from engine.settings.data_format import DataFormat
from engine.settings.format_options import format_options
from engine.settings.model_kinds import KINDS
from engine.text.quantity import quantity

if TYPE_CHECKING:
    from engine.lab.tuning import Candidate

MOST_SHOWN: Final = 20


@click.command("tune")
@data_option
@format_options
@model_options
@hold_out_option
@click.option("--test", is_flag=True, help="Evaluate the best on the words kept for a test, once.")
@json_option
def command(
    kind: str | None,
    assignments: tuple[str, ...],
    test: bool,
    as_json: bool,
    data: Path,
    data_format: DataFormat,
    hold_out_data: Path | None,
    hold_out: float,
) -> None:
    """Find the smoothing and order that are best on the hold-out.

    Of the n-gram every order is tried with every method, and with all values that keys move the
    smoothing k or the escape λ to; of the counts (--model counts) the smoothing. --set gives other
    values, or one, as in --set method=add-k --set order=3,4,5. Whatever has the least mean NLL on
    the hold-out is best: --hold-out, --hold-out-data or --split says which words those are.

    The words that --split keeps for a test are not looked at, but with --test, for the best alone.
    """
    model = KINDS[kind or "ngram"]
    if model.goal:
        raise click.UsageError(
            f"--model {model.kind} is trained, not fitted at once: makemore-tui sweep compares its"
            " settings."
        )
    given = values_given(model.kind, assignments)
    from engine.data.corpus import read_corpus  # with torch: --help and a shell can do without
    from engine.lab.tuning import candidates, evaluated, tested

    corpus = read_corpus(data, hold_out, data_format, hold_out_data)
    if corpus.format_found:
        narrate(corpus.format_found)
    if corpus.held_out_VV is None:
        raise click.UsageError(
            "The hold-out decides what is best, and there is none: give --hold-out,"
            " --hold-out-data, or --split lecture or ngram."
        )
    if test:
        corpus.check_has_test()
    several = candidates(model, given)
    with click.progressbar(
        evaluated(model, several, corpus), len(several), label="tuning",
        file=sys.stderr, hidden=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        found = sorted(bar, key=lambda each: each.held_out_nll)
    names, best = differing(several), found[0]
    chosen = {
        name: value
        for name, value in best.settings.items()
        if name in names or value != model.setting(name).default
    }
    opens = opening_command(data, data_format, hold_out_data, hold_out, model.kind, chosen)
    test_nll = tested(model, best.settings, corpus) if test else None
    if as_json:
        for each in found:
            write_json(_facts(each))
        of_test = {} if test_nll is None else {"test_nll": test_nll, "tests": 1}
        write_json({"best": _facts(best) | of_test, "command": opens})
        return
    rows = (
        [*cells(each.settings, names), f"{each.parameters:,}", figure(each.held_out_nll)]
        for each in found[:MOST_SHOWN]
    )
    write_table([*names, "parameters", "hold-out"], rows)
    write(opens, is_escaped=True)
    if len(found) > MOST_SHOWN:
        narrate(f"{len(found):,} were tried; --json prints all of them.")
    if test_nll is not None:
        words = quantity(corpus.tested or 0, "word")
        narrate(f"{figure(test_nll)} on the {words} kept for a test, evaluated once")


def _facts(candidate: Candidate) -> dict[str, object]:
    """What was tried, as JSON has it."""
    return {
        "settings": candidate.settings,
        "parameters": candidate.parameters,
        "held_out_nll": candidate.held_out_nll,
    }
