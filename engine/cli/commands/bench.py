"""`makemore-tui bench`: how fast it is on this machine, and what it costs its terminal."""

from __future__ import annotations

from dataclasses import asdict

import click

from engine.cli.console import narrate, write, write_json
from engine.cli.option_groups.common import json_option
from engine.errors import EngineError


@click.command("bench")
@click.option("--terminal", is_flag=True, help="What the lab costs its terminal, in a real pty.")
@click.option(
    "--series", is_flag=True, help="The models of the later lectures, against plain loops."
)
@json_option
def command(terminal: bool, series: bool, as_json: bool) -> None:
    """How fast it is on this machine, against the lecture's own loops."""
    if terminal and series:
        raise click.UsageError("--terminal and --series are two measurements: give one of them.")
    if terminal:
        _measure_terminal(as_json)
        return
    from engine.bench import lecture  # and with it torch
    from engine.bench import series as of_series

    machine = lecture.machine
    measurements = of_series.measurements if series else lecture.measurements
    narrate(f"{machine()}. This takes about a minute.")
    results = []
    for what, measure in measurements():
        narrate(what)
        results.append(measure())
    if as_json:
        write_json({"machine": machine(), "results": [asdict(result) for result in results]})
        return
    write("| what | time | against | factor | rate |\n|---|---|---|---|---|")
    for result in results:
        factor = ""
        if result.factor is not None:
            unit = "faster" if result.factor > 1 else "its time"
            digits = ".0f" if result.factor >= 100 else ".2f"
            factor = f"{result.factor:,{digits}}× {unit}"
        write(
            f"| {result.what} | {result.seconds * 1000:,.4g} ms | {result.against} | {factor} |"
            f" {result.rate} |"
        )


def _measure_terminal(as_json: bool) -> None:
    """The bars of the terminal; exit code 1 where one is missed."""
    from engine.bench.lecture import machine

    try:
        from engine.bench import terminal_traffic
    except ImportError as error:
        raise EngineError(
            f"bench --terminal needs {error.name}: pip install 'makemore-tui[bench]'."
        ) from error
    narrate(f"{machine()}. This takes two minutes.")
    bars = []
    if not as_json:
        write("| what | measured | asked | |\n|---|---|---|---|")
    for bar in terminal_traffic.bars():
        bars.append(bar)
        if not as_json:
            write(bar.row())
    if as_json:
        write_json({"machine": machine(), "bars": [asdict(bar) for bar in bars]})
    if missed := [bar.what for bar in bars if not bar.is_met]:
        raise EngineError(f"missed: {'; '.join(missed)}.")
