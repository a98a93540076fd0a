"""What a person types on a command line, whatever the locale makes of its letters."""

from __future__ import annotations


def decoded_argument(text: str) -> str:
    r"""What a person types, as UTF-8 where the locale knows no such letters, as C does not.

    >>> decoded_argument("Zo\udcc3\udca9"), decoded_argument("Zo\udce9")
    ('Zoé', 'Zo\udce9')
    """
    try:
        return text.encode("utf-8", "surrogateescape").decode()
    except UnicodeError:
        return text
