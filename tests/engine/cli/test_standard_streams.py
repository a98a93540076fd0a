"""The commands on standard streams that are closed, full, gone, or cannot write every letter."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.bench.pseudo_terminal import Pty
from engine.checkpoints.header import peek

pytestmark = pytest.mark.slow

# Loads all that commands need, once; each command then runs in a fork, with streams of its own.
# What Python does with them when it starts is done again: one that is closed is None. So is what it
# does when it ends, but for taking down, module by module, all that was loaded.
SERVER = """
import gc, json, os, sys, traceback
import engine.lab.lab, engine.checkpoints.checkpoint, engine.lab.exports, engine.lab.snapshots
import engine.cli.commands.doctor
from tui.__main__ import main

def redirect(number, where):
    if where == "gone":
        reading, file = os.pipe()
        os.close(reading)
    else:
        file = os.open(where, os.O_RDWR | os.O_APPEND)
    os.dup2(file, number)
    os.close(file)

def stream(number, where, encoding):
    mode = "w" if number else "r"
    return None if where == "closed" else open(number, mode, encoding=encoding, closefd=False)

gc.freeze()  # what is loaded is not looked through again as each fork ends
for line in sys.stdin:
    arguments, places, encoding = json.loads(line)
    if (child := os.fork()) == 0:
        for number, where in enumerate(places):
            if where != "closed":
                redirect(number, where)
        for number, where in enumerate(places):
            if where == "closed":
                os.close(number)
        sys.stdin, sys.stdout, sys.stderr = (
            stream(number, where, encoding) for number, where in enumerate(places)
        )
        sys.argv = ["makemore-tui", *arguments]
        try:
            main(prog_name="makemore-tui")
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
            code = 1
        for stream in filter(None, (sys.stdout, sys.stderr)):
            try:
                stream.flush()
            except BaseException:
                code = 120
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
FULL = "No space left on device"
COMMANDS = {  # and how each ends where nothing is wrong with its streams
    "stats": 0,
    "train --steps 3 --save FILE": 0,
    "sample -n 3000": 0,
    "sample -n 300 --json": 0,
    "score emma --steps 1": 0,
    "matrix": 0,
    "ls": 0,
    "config --default": 0,
    "doctor": 0,
    "--help": 0,
    "": 2,
    "nonsense": 2,
    "stop nosuch": 1,
    "engine --stdio --name x": 1,
}
SILENT = ("ls", "", "nonsense", "stop nosuch", "engine --stdio --name x")  # on standard output

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs a command; its exit code and what came of standard output and error."""
    home = tmp_path_factory.mktemp("home")
    homes = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **dict.fromkeys(homes, str(home))},
    )
    files = {"stdin": home / "in", "stdout": home / "out", "stderr": home / "err"}

    def run(*command: str, encoding: str = "utf-8", **places: str) -> tuple[int, str, str]:
        for file in files.values():
            file.write_bytes(b"")
        where = [places.get(name, str(file)) for name, file in files.items()]
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps([command, where, encoding]) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        out, err = (files[name].read_bytes().decode(encoding) for name in ("stdout", "stderr"))
        return code, out, err

    with server:
        yield functools.cache(run)
        assert server.stdin is not None
        server.stdin.close()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_stream_that_is_closed_or_that_nobody_reads_is_no_hindrance(
    command: str, run: Run, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    words = command.replace("FILE", str(saved)).split()
    usual = run(*words)
    assert usual[0] == COMMANDS[command]
    for places in (
        {"stdin": "closed", "stderr": "closed"},
        {"stdout": "closed"},
        {"stdin": "closed", "stdout": "closed", "stderr": "closed"},
        {"stdout": "gone"},
        {"stderr": "gone"},
        {"stderr": "/dev/full"},
    ):
        saved.unlink(missing_ok=True)
        code, out, err = run(*words, **places)
        assert code == usual[0], places
        assert "Traceback" not in err, places
        assert len(err.splitlines()) <= len(usual[2].splitlines()), places
        if "stdout" not in places:
            assert len(out.splitlines()) == len(usual[1].splitlines()), places
        assert "FILE" not in command or peek(saved).selected_run.step == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in SILENT])
def test_where_results_cannot_be_written_the_work_is_done_and_a_sentence_says_so(
    command: str, run: Run, tmp_path: Path
) -> None:
    words = command.replace("FILE", str(tmp_path / "saved")).split()
    code, _, err = run(*words, stdout="/dev/full")
    assert code == 1
    assert err.splitlines()[-1] == f"makemore-tui: standard output: {FULL}."
    assert err.count(FULL) == 1
    assert "Traceback" not in err
    assert "FILE" not in command or peek(tmp_path / "saved").selected_run.step == 3


@pytest.mark.parametrize(
    "command",
    [
        "stats --data DATA",
        "stats --data DATA --json",
        "sample --data DATA",
        "sample --data DATA --json",
        "sample --data DATA --csv",
        "score --data DATA --steps 1 نه‌ها",
        "score --data DATA --steps 1 --json é",
        "score --data DATA ä",
        "matrix --data DATA",
        "ls",
        "ls --all",
        "config --default",
        "config --json",
        "train --help",
        "bench --help",
        "train --ü",
        "doctor",
    ],
)
def test_what_a_stream_has_no_code_for_is_escaped(command: str, run: Run, tmp_path: Path) -> None:
    data = tmp_path / "é–名.txt"
    data.write_text("می‌رود\nنه‌ها\né𝔸\n")
    words = command.replace("DATA", str(data)).split()
    as_it_is = run(*words)
    for encoding in ("latin-1", "ascii"):
        code, *texts = run(*words, encoding=encoding)
        assert code == as_it_is[0]
        for text, whole in zip(texts, as_it_is[1:], strict=True):
            if "--json" in command and whole:
                assert json.loads(text.splitlines()[0]) == json.loads(whole.splitlines()[0])
            elif command != "doctor":  # which tells the encoding
                assert text.encode(encoding) == whole.encode(encoding, "backslashreplace")


def program(*arguments: str, **surroundings: str) -> bytes:
    """What the program itself writes in other surroundings, where nothing is wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        capture_output=True,
        env={**os.environ, **surroundings},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
        C_LOCALE,
        {"LC_ALL": "de_DE.ISO-8859-1", "PYTHONUTF8": "0"},  # where there is none: as C
    ],
    ids=" ".join,
)
def test_the_program_itself_escapes_what_its_environment_cannot_show(
    surroundings: dict[str, str],
) -> None:
    assert rb"\u03bb of \u03bb" in program("train", "--help", **surroundings)


def test_a_file_of_any_letters_is_read_where_the_locale_knows_none(tmp_path: Path) -> None:
    data = tmp_path / "é王.txt"
    data.write_text("Zoé\n王\nمی‌رود\n", encoding="utf-8")
    told = program("stats", "--data", str(data), **C_LOCALE).decode("ascii")
    assert r"first words         Zo\xe9 \u738b \u0645\u06cc\u200c" in told
    scored = program("score", "Zoé", "--data", str(data), "--steps", "1", **C_LOCALE)
    assert scored.startswith(rb"Zo\xe9 (in the data)")


@pytest.mark.parametrize("redirected", [">&-", "<&- >&- 2>&-"])
def test_the_program_itself_trains_and_saves_whatever_is_closed(
    redirected: str, tmp_path: Path
) -> None:
    program = f"exec {sys.executable} -m tui train --steps 3 --save {tmp_path / 'saved'}"
    done = subprocess.run(f"{program} {redirected}", shell=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert peek(tmp_path / "saved").selected_run.step == 3


LETTERS = "a\x1b[31mb\nb\tb\x9b2J\u202ea\nمی‌رود\n"


def test_a_pipe_gets_every_letter_as_it_is(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "letters.txt"
    data.write_text(LETTERS)
    of_data = ("--data", str(data))
    drawn = run("sample", "-n", "200", "--smoothing", "0", *of_data)[1]
    assert "\x1b" in drawn
    assert "می‌ر" in drawn
    assert "\x9b" in run("matrix", *of_data)[1]
    assert LETTERS.split("\n")[0] in run("stats", *of_data)[1]
    score = run("score", "--steps", "1", "می‌رود", *of_data)[1]
    assert score.startswith("می‌رود (in the data)")
    names = run("sample", "-n", "200", "--json", *of_data)[1]
    assert "\u200c" in names
    assert "\x1b" not in names


EACH = """
import sys
from tui.__main__ import main
for command in ("stats", "stats --json", "sample -n 20", "sample -n 20 --json", "score a\\x1b"):
    try:
        main([*command.split(" "), *sys.argv[1:]], prog_name="makemore-tui")
    except SystemExit as end:
        assert not end.code
print("all of them")
"""


def test_a_terminal_obeys_nothing_that_the_data_has(tmp_path: Path) -> None:
    data = tmp_path / "letters.txt"
    data.write_text(LETTERS)
    program = (sys.executable, "-c", EACH, "--data", str(data))
    with Pty(program, 80, 24, {"LANG": "C.UTF-8"}) as terminal:
        assert terminal.wait_for_exit() == 0
        shown = terminal.raw.decode()
    assert "all of them" in shown
    for character in "\x1b\t\x9b\u202e":
        assert character not in shown
