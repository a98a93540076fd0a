"""The screen of makemore-tui. It talks to an engine and imports no torch."""
