from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from tui.actions import ACTIONS, bindings_of
from tui.app import LabApp
from tui.screens.help import help_text


def test_no_two_actions_share_a_key_or_an_id():
    keys = Counter(key for action in ACTIONS for key in action.keys)
    assert [key for key, times in keys.items() if times > 1] == []
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_can_be_carried_out_and_is_told_in_the_help(action):
    assert hasattr(LabApp, f"action_{action.does.split('(')[0]}")
    assert action.description in help_text().plain
    assert action.tooltip
    assert action.description.endswith(".")


def test_every_binding_has_the_id_that_a_key_map_refers_to():
    bound = {binding.id for binding in bindings_of(tuple({a.group for a in ACTIONS}), app=True)}
    assert bound == {action.id for action in ACTIONS}


def test_the_screen_imports_neither_torch_nor_numpy_nor_the_plot_before_it_needs_it():
    code = (
        "import sys, tui.app; print([m for m in ('torch','numpy','plotext') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_asking_for_the_screens_module_does_not_import_textual():
    code = "import sys, tui.__main__; print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
