"""What a person types on a command line, whatever the locale makes of its letters."""

from __future__ import annotations


def typed_text(text: str) -> str:
    r"""What a person types, as UTF-8 where the locale knows no such letters, as C does not.

    >>> typed_text("Zo\udcc3\udca9"), typed_text("Zo\udce9")
    ('Zoé', 'Zo\udce9')
    """
    try:
        return text.encode("utf-8", "surrogateescape").decode()
    except UnicodeError:
        return text
