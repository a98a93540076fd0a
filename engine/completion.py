"""How shells complete a line: click's way, but for what it makes of `--name=value` and of commas.

Of `--name=value` the value is completed. zsh and fish hand over the whole word: their scripts keep
`--name=` in front of what is offered. bash makes three words of it, and replaces the last alone.
"""

from __future__ import annotations

from click.shell_completion import (
    BashComplete,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)

_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local type value told
    local -a response plain explained
    (( $+commands[%(prog_name)s] )) || return 1
    response=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \\
%(complete_var)s=zsh_complete %(prog_name)s)}")
    compset -P '--[^=]##='
    for type value told in "${response[@]}"; do
        case $type in
            file) _path_files -f ;;
            dir) _path_files -/ ;;
            *) if [[ $told == _ ]]; then plain+=($value); else explained+=("$value:$told"); fi ;;
        esac
    done
    (( $#explained )) && _describe -V unsorted explained
    (( $#plain )) && compadd -V unsorted -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
_FISH = """\
function %(complete_func)s
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \\
COMP_CWORD=(commandline -ct) %(prog_name)s)
    set -l name (string match --regex '^--[^=]+=' -- (commandline -ct))
    for answer in $response
        set -l parts (string split --max 1 , -- $answer)
        switch $parts[1]
            case file
                string join \\n -- "$name"(__fish_complete_path $parts[2])
            case dir
                string join \\n -- "$name"(__fish_complete_directories $parts[2])
            case plain
                string join \\n -- "$name$parts[2]"
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Splitting(ShellComplete):
    """Takes `--name=value` for two words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one at it."""
        args, incomplete = super().get_completion_args()
        args = [word for word in args if word != "="]
        name, equals, value = incomplete.partition("=")
        if not name and equals:
            return args, value
        return ([*args, name], value) if equals and name.startswith("--") else (args, incomplete)


@add_completion_class
class Bash(_Splitting, BashComplete):
    """As click has it."""


@add_completion_class
class Zsh(_Splitting, ZshComplete):
    """With a script that keeps `--name=`."""

    source_template = _ZSH


@add_completion_class
class Fish(_Splitting, FishComplete):
    """With a script that keeps `--name=`, and the commas of what is told."""

    source_template = _FISH
